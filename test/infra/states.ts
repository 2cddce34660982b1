import jsonata from 'jsonata';

/** A state as Amazon States Language has it, as far as it is run here. */
interface State {
  readonly Type: 'Task' | 'Wait' | 'Choice' | 'Fail' | 'Succeed';
  readonly Resource?: string;
  readonly Arguments?: unknown;
  readonly Assign?: Record<string, unknown>;
  readonly Seconds?: unknown;
  readonly Choices?: readonly { readonly Condition: unknown; readonly Next: string }[];
  readonly Default?: string;
  readonly Next?: string;
  readonly Catch?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly Assign?: Record<string, unknown>;
    readonly Next: string;
  }[];
  readonly Error?: string;
  readonly Cause?: unknown;
}

/** What tasks are asked for, as far as it is looked at. */
export interface Arguments {
  readonly FunctionName?: string;
  readonly Payload?: Record<string, unknown>;
  readonly JobQueue?: string;
  readonly JobId?: string;
  readonly Jobs?: readonly string[];
  readonly ArrayJobId?: string;
  readonly JobStatus?: string;
  readonly MaxResults?: number;
  readonly Filters?: readonly { readonly Name: string; readonly Values: readonly string[] }[];
}

/** What a task does. */
export type Task = (asked: Arguments) => unknown | Promise<unknown>;

/** How an execution ended, and by which states. */
export interface Ended {
  readonly error?: string;
  readonly cause?: string;
  readonly states: readonly string[];
  /** Seconds that it has waited. */
  readonly waited: number;
  /** Events of its history, as Step Functions counts them. */
  readonly events: number;
}

/** Bytes that a state may be given, and may answer. */
const MOST_BYTES = 256 * 1024;

/** Runs a state machine in JSONata: what Step Functions would do, with tasks of ours and without waiting. */
export async function run(
  states: Record<string, object>,
  start: string,
  input: unknown,
  tasks: Record<string, Task>,
  started = '2026-12-01T00:00:00.000Z',
): Promise<Ended> {
  const variables: Record<string, unknown> = {};
  const visited: string[] = [];
  const about = { Execution: { StartTime: started } };
  let [name, waited, events] = [start, 0, 2];
  const evaluated = async (value: unknown, more: object): Promise<unknown> => {
    if (typeof value === 'string') {
      const [, expression] = /^\{% ([\s\S]*) %\}$/.exec(value) ?? [];
      if (expression === undefined) return value;
      const compiled = jsonata(expression);
      compiled.registerFunction('parse', (text: string) => JSON.parse(text));
      const result = await compiled.evaluate(
        {},
        { ...variables, states: { input, context: about, ...more } },
      );
      if (result === undefined)
        throw new Error(`${name}: ${expression} gives nothing: States.QueryEvaluationError`);
      return result;
    }
    if (Array.isArray(value)) return await Promise.all(value.map((each) => evaluated(each, more)));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(
      async ([key, each]) => [key, await evaluated(each, more)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  };
  const assign = async (assigned: Record<string, unknown> | undefined, more: object) => {
    Object.assign(variables, await evaluated(assigned ?? {}, more));
  };
  for (;;) {
    visited.push(name);
    const state = states[name] as State | undefined;
    if (!state) throw new Error(`There is no state ${name}`);
    if (state.Type === 'Succeed') return { states: visited, waited, events };
    if (state.Type === 'Fail') {
      const cause = String(await evaluated(state.Cause ?? '', {}));
      return { error: state.Error!, cause, states: visited, waited, events };
    }
    if (state.Type === 'Choice') {
      events += 2;
      let next = state.Default!;
      for (const { Condition, Next } of state.Choices!)
        if ((await evaluated(Condition, {})) === true) {
          next = Next;
          break;
        }
      name = next;
    } else if (state.Type === 'Wait') {
      events += 2;
      waited += Number(await evaluated(state.Seconds, {}));
      name = state.Next!;
    } else {
      events += 5;
      const asked = (await evaluated(state.Arguments, {})) as Arguments;
      try {
        const result = await tasks[state.Resource!.replace(/^.*:(?=\w+:\w+$)/, '')]!(asked);
        if (JSON.stringify(result).length > MOST_BYTES)
          throw Object.assign(new Error(name), { name: 'States.DataLimitExceeded' });
        await assign(state.Assign, { result });
        name = state.Next!;
      } catch (error) {
        const { name: thrown, message } = error as Error;
        const caught = state.Catch?.find(({ ErrorEquals }) => ErrorEquals.includes(thrown));
        if (!caught) return { error: thrown, cause: message, states: visited, waited, events };
        const Cause = JSON.stringify({ errorType: thrown, errorMessage: message });
        await assign(caught.Assign, { errorOutput: { Error: thrown, Cause } });
        name = caught.Next;
      }
    }
  }
}
