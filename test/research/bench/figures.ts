import { markdown } from '../../markdown';

/** The figures of one benchmark: each is told on standard error as it comes, and all are printed as one Markdown table. */
export class Figures {
  private readonly rows: string[][] = [];

  /** @param goal what was aimed at, where something was: `≤ 4` */
  add(what: string, measured: string, goal = ''): void {
    this.rows.push([what, measured, goal]);
    console.error(`${what}: ${measured}${goal && ` (goal ${goal})`}`);
  }

  /** Prints the table. */
  print(): void {
    if (this.rows.length > 0) console.log(`\n${markdown(['what', 'measured', 'goal'], this.rows)}`);
  }
}
