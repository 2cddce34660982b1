import * as z from 'zod';
import '../lean-zod';

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
export const EARLIER: ReadonlyMap<number, (raw: unknown) => object> = new Map([[7, fromSeven]]);
