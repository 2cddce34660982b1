import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { NetError } from '../../../models/errors';
import { inspectNet, loadNet } from '../../../models/keras';
import { dense, type Entry, writeNet } from './write-net';

export const OUTPUT: Entry = ['Dense', { name: 'output', units: 3, activation: 'softmax' }];
export const WEIGHTS = { output: dense(48, 3) };

/** Writes a net, and checks that it is refused by name, leaves nothing behind, and can be inspected all the same. */
export async function refusal(
  config: object | string,
  weights: object = WEIGHTS,
  version?: string,
): Promise<NetError> {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-refusal-'));
  try {
    const path = await writeNet(join(folder, 'net.h5'), { config, weights: weights as never, version });
    return await refusalOf(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function refusalOf(path: string): Promise<NetError> {
  const before = tf.memory().numTensors;
  const error = await loadNet(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NetError);
  expect((error as NetError).message).toContain(path);
  expect(tf.memory().numTensors).toBe(before);
  const told = await inspectNet(path);
  expect(told.problems.length).toBeGreaterThan(0);
  expect(told.problemCodes).toHaveLength(told.problems.length);
  expect(told.problemCodes).toContain((error as NetError).code);
  expect(tf.memory().numTensors).toBe(before);
  return error as NetError;
}
