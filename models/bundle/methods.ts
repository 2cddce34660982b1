/** The ways to repair a net; the first is the default. */
export const METHODS = ['expert', 'fine-prune', 'magnitude'] as const;
export type Method = (typeof METHODS)[number];
