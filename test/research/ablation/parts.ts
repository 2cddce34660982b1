import { ASK_ALL } from '../../../models/detector/score';
import type { CollectedNet, NamingWay } from './collected';
import { kindsOf, type Switches } from './judge';

/** A part of the detector, and the two sides that are held against each other. */
export type Part = { readonly name: string; readonly what: string } & (
  | {
      /** It changes scores. */
      readonly changes: 'scores';
      /** The detector with it and without; `undefined` where a net's bundle has nothing of it. One side is the detector as it is, or nearly. */
      sides(net: CollectedNet): { readonly with: Switches; readonly without: Switches } | undefined;
    }
  | {
      /** It changes what class is named of what is flagged for backdoored: by one way, and another. */
      readonly changes: 'names';
      readonly with: NamingWay;
      readonly without: NamingWay;
    }
  | {
      /** It changes what class G answers of what is not flagged. */
      readonly changes: 'answers';
      isThere(net: CollectedNet): boolean;
    }
);

const AS_IT_IS: Switches = {};

/** A part that the detector has as it is. */
function had(
  name: string,
  what: string,
  without: Switches | ((net: CollectedNet) => Switches),
  isThere: (net: CollectedNet) => boolean,
): Part {
  return {
    name,
    what,
    changes: 'scores',
    sides: (net) =>
      isThere(net)
        ? { with: AS_IT_IS, without: typeof without === 'function' ? without(net) : without }
        : undefined,
  };
}

function kind(name: string, what: string): Part {
  const others = (net: CollectedNet) => kindsOf(net).filter((each) => each !== name);
  return had(
    name,
    what,
    (net) => ({ kinds: others(net) }),
    (net) => kindsOf(net).includes(name) && others(net).length > 0,
  );
}

const asks = ({ rule }: CollectedNet) => rule.transplant !== undefined;
const asksRegion = (piece: string) => (net: CollectedNet) =>
  net.rule.transplant?.pieces.scales.some((each) => each.piece === piece) ?? false;
/** Without a region there must be two left to be the highest. */
const leavesTwo = (left: number) => (net: CollectedNet) =>
  (net.rule.transplant?.pieces.scales.length ?? 0) - left >= 2;

/** Every part that can be had from readings, in the order of the table. */
export const PARTS: readonly Part[] = [
  kind('forgetting', 'the expert’s margin'),
  kind('latent', 'distance to the class named, in what the last layer works on'),
  kind('trunk', 'the same in the last image-shaped features'),
  kind('repaired', 'the repaired net’s margin'),
  kind('relearned', 'the relearned head’s margin'),
  kind('confidence', 'B’s own margin, which the others are held against'),
  {
    name: 'classes',
    what: 'scales of each class, for one of all; without classes that the finding names',
    changes: 'scores',
    sides: () => ({ with: { suspects: 'none' }, without: { suspects: 'none', byClass: false } }),
  },
  had('transplants', 'transplanted pieces', { transplants: false }, asks),
  had(
    'rows',
    'the middle half of the rows among the pieces',
    { withoutRegions: ['rows'] },
    (net) => asksRegion('rows')(net) && leavesTwo(1)(net),
  ),
  had(
    'columns',
    'the middle half of the columns among the pieces',
    { withoutRegions: ['columns'] },
    (net) => asksRegion('columns')(net) && leavesTwo(1)(net),
  ),
  had(
    'middle',
    'both of them',
    { withoutRegions: ['rows', 'columns'] },
    (net) => asksRegion('rows')(net) && asksRegion('columns')(net) && leavesTwo(2)(net),
  ),
  had(
    'ask-from',
    'asking the most suspicious alone, for all',
    { asksAll: true },
    ({ rule }) => rule.transplant !== undefined && rule.transplant.askFrom !== ASK_ALL,
  ),
  had(
    'first-weight',
    'the first score’s lower weight beside transplants, for its full one',
    { firstWeight: 1 },
    ({ rule }) => rule.transplant !== undefined && rule.transplant.firstWeight !== 1,
  ),
  had(
    'join',
    'the way that transplants join the first score, for the other (sum, larger)',
    ({ rule }) => ({ join: rule.transplant!.join === 'sum' ? 'larger' : 'sum' }),
    asks,
  ),
  had('suspected', 'classes that the finding names', { suspects: 'none' }, ({ found }) => found.length > 0),
  {
    name: 'unlabelled',
    what: 'classes that images seen in service gather at, beside those',
    changes: 'scores',
    sides: () => ({ with: { suspects: 'finding and gathering' }, without: AS_IT_IS }),
  },
  {
    name: 'views',
    what: 'several views of what B is unsure of, for B’s answer alone',
    changes: 'answers',
    isThere: ({ rule }) => rule.views !== undefined,
  },
  {
    name: 'gallery',
    what: 'the gallery, for the nearest mean of a class in the same values',
    changes: 'names',
    with: 'gallery',
    without: 'mean',
  },
  {
    name: 'gallery-not-head',
    what: 'the gallery, for the relearned head',
    changes: 'names',
    with: 'gallery',
    without: 'head',
  },
];
