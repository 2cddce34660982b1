import { readFileSync } from 'node:fs';
import { parseHTML } from 'linkedom';
import { expect, it } from 'vitest';
import { IMAGE_MIMES, imageTypes } from '../../models/images/decode/image-types';

const html = readFileSync(new URL('../../functions/page/index.html', import.meta.url), 'utf8');
const { document } = parseHTML(html);

it('lets people choose the types of image that are read, and names them', () => {
  expect(document.querySelector('#files')?.getAttribute('accept')).toBe(IMAGE_MIMES.join(','));
  expect(document.querySelector('#most')?.textContent).toBe(imageTypes('or'));
});
