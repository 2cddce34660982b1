import { describe, expect, it } from 'vitest';
import { BatchFailed, screenBatch } from '../../functions/screening/backfill';
import { AT_ONCE, SCREENED_WITHIN, TO_ANSWER } from '../../functions/screening/events';
import type { ScreenedObject } from '../../functions/screening/screen-object';
import { BACKFILL_BATCH, BACKFILL_WITHIN, BATCH_FAILED } from '../../infra/screening/backfill';
import { synthesize } from './synth';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
}

/** What Step Functions says of a function that ran out of time, or whose process died. */
const DIED = ['Sandbox.Timedout', 'Lambda.Unknown', 'Runtime.ExitError'];

/** A batch over objects that fail so many times each. */
async function batchOf(failing: Record<string, number>, waits: readonly number[] = [1, 1]) {
  const left = new Map(Object.entries(failing));
  const lines: Record<string, unknown>[] = [];
  const answer = screenBatch(
    { BatchInput: { bucket: 'b' }, Items: Object.keys(failing).map((Key) => ({ Key })) },
    {
      waits,
      log: (line) => lines.push(line),
      async screen(object) {
        const times = left.get(object.key)!;
        left.set(object.key, times - 1);
        if (times > 0) throw new Error('SlowDown');
        return { ...object, outcome: 'clean' } as ScreenedObject;
      },
    },
  );
  return { answer, lines };
}

describe('the backfill', () => {
  it('has a batch tried again of which every object failed, by the name of the error', async () => {
    const { answer, lines } = await batchOf({ a: 9, b: 9 });
    const error = await answer.catch((thrown) => thrown);
    expect(error).toBeInstanceOf(BatchFailed);
    expect(error).toMatchObject({ name: BATCH_FAILED, message: 'SlowDown' });
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error']);
    const [machine] = Object.values(
      synthesize().template('Screening').findResources('AWS::StepFunctions::StateMachine'),
    );
    const parts = machine!.Properties.DefinitionString['Fn::Join'][1] as unknown[];
    const definition = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'x')).join(''));
    const { Retry } = definition.States.ScreenAll.ItemProcessor.States.Screen as { Retry: Retrier[] };
    const retry = Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error.name))!;
    expect(retry).toMatchObject({ MaxAttempts: 3, BackoffRate: 2 });
    expect(retry.ErrorEquals).toEqual(expect.arrayContaining(DIED));
    // An express workflow has five minutes, and the function its time.
    expect(retry.IntervalSeconds * (2 ** retry.MaxAttempts - 1)).toBeLessThan(60);
  });

  it('tries those again that failed while others did not, and tells those that never went well', async () => {
    const { answer, lines } = await batchOf({ well: 0, once: 1, twice: 2, never: 9 });
    expect(await answer).toEqual({
      counts: { clean: 3, backdoored: 0, unreadable: 0, gone: 0, failed: 1 },
      failed: [{ key: 'never', message: 'SlowDown' }],
    });
    const told = (wanted: string) => lines.filter(({ level }) => level === wanted).map(({ key }) => key);
    expect(told('warn').sort()).toEqual(['never', 'never', 'once', 'twice', 'twice']);
    expect(told('error')).toEqual(['never']);
  });

  it('has time for the last of a batch, however slow the net is', () => {
    const rounds = Math.ceil(BACKFILL_BATCH / AT_ONCE);
    // Those that fail are tried twice more, after a second and after four.
    expect(rounds * SCREENED_WITHIN + 5000 + TO_ANSWER).toBeLessThan(
      BACKFILL_WITHIN * 1000 - SCREENED_WITHIN,
    );
  });

  it('is not tried again where no second try would mend it', async () => {
    const nameless = screenBatch(
      { Items: [{ Key: 'a' }] },
      { screen: () => Promise.reject(new Error('never asked')), log: () => {} },
    );
    const error = await nameless.catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'Error', message: 'no bucket is named' });
  });

  it('says what it leaves out', async () => {
    const lines: Record<string, unknown>[] = [];
    const screen = () => Promise.reject(new Error('never asked'));
    await screenBatch(
      { Items: [{ Bucket: 'b', Key: 'results/a.json' }] },
      { screen, ownPrefixes: ['results/'], log: (line) => lines.push(line) },
    );
    expect(lines).toMatchObject([{ message: expect.stringMatching(/left out/), key: 'results/a.json' }]);
  });
});
