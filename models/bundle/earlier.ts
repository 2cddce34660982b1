import * as z from 'zod';
import '../zod-without-jit';

/** Where a manifest of format 6 differs from one of format 7. */
const six = z.looseObject({
  nets: z.looseObject({
    repaired: z
      .object({ folder: z.string(), from: z.enum(['image', 'bad']), unheard: z.array(z.number()).optional() })
      .optional(),
  }),
  rule: z.looseObject({
    second: z.looseObject({ transplant: z.unknown() }).optional(),
  }),
});

/**
 * Brings what a manifest of format 6 says into the shape of format 7: a relearned head has a field of its own, `nets.relearned`, and
 * what is asked further lies under the name of its kind, `rule.transplant`. Nothing else changes.
 * @throws ZodError where a field is not as format 6 has it
 */
function fromSix(raw: unknown): object {
  const { nets, rule, ...same } = six.parse(raw);
  const { repaired, ...otherNets } = nets;
  const { second, ...otherRule } = rule;
  const moved =
    repaired?.from === 'bad'
      ? { relearned: { folder: repaired.folder, unheard: repaired.unheard } }
      : { repaired: repaired && { folder: repaired.folder } };
  return {
    ...same,
    nets: { ...otherNets, ...moved },
    rule: { ...otherRule, ...(second && { transplant: renamed(second) }) },
  };
}

function renamed({ transplant, ...same }: { transplant: unknown }): object {
  return { ...same, scale: transplant };
}

/** Where a manifest of format 7 differs from one of format 8. */
const seven = z.looseObject({
  rule: z.looseObject({ kind: z.string(), scales: z.unknown().optional(), together: z.unknown().optional() }),
});

/**
 * Brings what a manifest of format 7 says into the shape of format 8: how the evidence that every image is asked for is made one score
 * has a field of its own, `rule.first`. The bundle goes on deciding as it was calibrated.
 * @throws ZodError where a field is not as format 7 has it
 */
function fromSeven(raw: unknown): object {
  const { rule, ...same } = seven.parse(raw);
  if (rule.kind !== 'calibrated') return { ...same, rule };
  const { scales, together, ...others } = rule;
  return { ...same, rule: { ...others, first: { kind: 'tails', scales, together } } };
}

/** The formats before the newest that are read, and how each is brought into its shape. */
export const EARLIER: ReadonlyMap<number, (raw: unknown) => object> = new Map([
  [6, (raw) => fromSeven(fromSix(raw))],
  [7, fromSeven],
]);
