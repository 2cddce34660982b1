/**
 * How sure it is that a backdoor leads to a class that a finding names: `near certain` where kinds of evidence of different sorts agree on it,
 * `possible` where one speaks for it alone (docs/method.md, "Is the net itself backdoored?").
 */
export const LEVELS = ['near certain', 'possible'] as const;
export type Level = (typeof LEVELS)[number];
