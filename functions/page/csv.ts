import type { Result } from './results';

const HEAD = 'picture,model,alpha,class,backdoored,p_value,suspicion,bad_class,repaired_class,error';

/** The answers as CSV (RFC 4180). */
export function csvOf(results: readonly Result[]): string {
  const lines = results.map(({ name, model, alpha, outcome }) =>
    [
      text(name),
      text(model.model),
      alpha,
      ...('error' in outcome
        ? ['', '', '', '', '', '', text(outcome.error.title)]
        : [
            outcome.class,
            outcome.backdoored,
            outcome.pValue,
            outcome.suspicion,
            outcome.bad.class,
            outcome.repaired.class,
            '',
          ]),
    ].join(','),
  );
  return [HEAD, ...lines, ''].join('\r\n');
}

/** A cell that begins like a formula would be run as one by a spreadsheet. */
function text(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
