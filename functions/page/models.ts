import { imageTypes } from '../../models/images/decode/image-types';
import type { GoodNetClient, ModelInfo } from '../client';
import { at, make, megabytes, percent } from './elements';
import { mostBytes } from './shrink';

const FEW = 3;
const RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];

/** What is done with pictures of another shape, where they are not stretched. */
const FITS: Readonly<Record<string, string>> = {
  crop: ', cropped at the centre',
  pad: ', padded with black',
};

/** The model and the rate that are chosen. */
export interface Choice {
  /** Fills the choice with the service's models, and chooses the first. @throws ServiceProblem */
  fill(client: GoodNetClient): Promise<void>;
  /** Undefined before there is one. */
  model(): ModelInfo | undefined;
  alpha(): number;
  hasSeveral(): boolean;
}

/** @param onRate another rate was chosen @param onFault a model can't be had */
export function modelChoice(onRate: () => void, onFault: (error: unknown) => void): Choice {
  const names = at('model', HTMLSelectElement);
  const rates = at('alpha', HTMLSelectElement);
  const known = new Map<string, ModelInfo>();
  let client: GoodNetClient;

  async function choose(): Promise<void> {
    const name = names.value;
    if (!name) return;
    const model = known.get(name) ?? (await client.model(name));
    known.set(name, model);
    if (name === names.value) tell(model);
  }

  function tell(model: ModelInfo): void {
    const { alpha, alphas } = model;
    const usable = alphas ? RATES.filter((rate) => rate >= alphas.least && rate <= alphas.most) : [];
    const all = [...new Set([...usable, alpha])].sort((a, b) => a - b);
    rates.replaceChildren(
      ...all.map((rate) => new Option(percent(rate), String(rate), rate === alpha, rate === alpha)),
    );
    rates.disabled = !alphas;
    at('most', HTMLElement).textContent =
      `${imageTypes('or')}; over ${megabytes(mostBytes(model.limits))} an image is shrunk before it is sent`;
    at('facts', HTMLElement).replaceChildren(
      ...factsOf(model).map(([what, value]) => make('div', '', make('dt', '', what), make('dd', '', value))),
    );
  }

  names.addEventListener('change', () => void choose().catch(onFault));
  rates.addEventListener('change', onRate);
  return {
    async fill(from) {
      client = from;
      known.clear();
      const found = await client.models();
      names.replaceChildren(...found.map((name) => new Option(name, name)));
      await choose();
    },
    model: () => known.get(names.value),
    alpha: () => Number(rates.value),
    hasSeveral: () => names.options.length > 1,
  };
}

function factsOf(model: ModelInfo): [string, string][] {
  const { input, method, measured, bundle } = model;
  const facts: [string, string][] = [
    ['Classes', classesOf(model)],
    ['Sees images at', `${input.width} × ${input.height} pixels${FITS[input.fit?.slice(0, 4) ?? ''] ?? ''}`],
  ];
  if (method) facts.push(['Method of repair', method]);
  const { accuracy, accuracyBefore } = measured ?? {};
  if (accuracy !== undefined) {
    const before = accuracyBefore === undefined ? '' : ` (before the repair ${percent(accuracyBefore)})`;
    facts.push(['Right on clean images', `${percent(accuracy)}${before}`]);
  }
  facts.push(['Bundle', bundle.slice(0, 12)]);
  return facts;
}

/** `1283`, `3: red, green, blue`, `43: stop, yield, no entry, …` */
function classesOf({ classes, classNames }: ModelInfo): string {
  if (!classNames) return String(classes);
  const more = classes > FEW ? ', …' : '';
  return `${classes}: ${classNames.slice(0, FEW).join(', ')}${more}`;
}
