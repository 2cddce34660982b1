import { at, make } from './elements';
import { thumbnail } from './row';

/**
 * Offers the images that the service has to try it with; where it has none, nothing.
 * @param get asks the service, with the token where one is wanted
 * @param use is handed the image that was chosen, or all of them
 */
export async function offerSamples(
  get: (path: string) => Promise<Response>,
  use: (files: readonly File[]) => void,
): Promise<void> {
  const { samples } = (await (await get('page/samples')).json()) as { samples: readonly string[] };
  const files = await Promise.all(
    samples.map(async (name) => {
      const blob = await (await get(`page/samples/${encodeURIComponent(name)}`)).blob();
      return new File([blob], name, { type: blob.type });
    }),
  );
  at('samples', HTMLElement).hidden = files.length === 0;
  at('all-samples', HTMLButtonElement).onclick = () => use(files);
  at('sample-list', HTMLElement).replaceChildren(
    ...files.map((file) => {
      const button = make(
        'button',
        'sample',
        thumbnail(file),
        make('span', '', file.name.replace(/\.[^.]+$/, '')),
      );
      button.type = 'button';
      button.addEventListener('click', () => use([file]));
      return make('li', '', button);
    }),
  );
}
