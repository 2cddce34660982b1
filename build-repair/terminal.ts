import { Ansis } from 'ansis';

/** What is known of where text goes: standard output or error. */
export type TerminalStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

/** How text is to look where it goes. */
export interface Look {
  /** Characters a line; infinite where nobody watches. */
  readonly columns: number;
  /** Whether a line can be rewritten: a terminal that is not dumb. */
  readonly isLive: boolean;
  readonly isColoured: boolean;
  readonly style: Pick<Ansis, 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan'>;
  /** `✓ ` and `✗ ` where there is a terminal; nothing elsewhere. */
  readonly marks: { readonly good: string; readonly bad: string; readonly none: string };
}

/** Columns of a terminal that doesn't tell. */
const USUAL_COLUMNS = 80;
/** A terminal of 16 colours. */
const SIXTEEN = 1;

/**
 * How text is to look on a stream: plain where it is piped or TERM is `dumb`. NO_COLOR (https://no-color.org) takes the colours,
 * FORCE_COLOR gives them wherever it goes.
 * @param env by default the process's own
 */
export function lookOf(stream: TerminalStream, env: NodeJS.ProcessEnv = process.env): Look {
  const isLive = stream.isTTY === true && env.TERM !== 'dumb';
  const { good, bad } = { good: '✓ ', bad: '✗ ' };
  const isColoured = wantsColour(isLive, env);
  const style = new Ansis(isColoured ? SIXTEEN : 0);
  return {
    columns: stream.isTTY ? stream.columns || USUAL_COLUMNS : Number.POSITIVE_INFINITY,
    isLive,
    isColoured,
    style,
    marks: isLive
      ? { good: style.green(good), bad: style.red(bad), none: '  ' }
      : { good: '', bad: '', none: '' },
  };
}

/** How text looks where it is piped. */
export const plain: Look = lookOf({ isTTY: false, columns: 0 }, {});

function wantsColour(isLive: boolean, { NO_COLOR, FORCE_COLOR }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isLive;
}
