import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Classifier } from '../../functions/classifier';
import { colours } from './stand-in';

/** Lays the page's files into a folder. */
export function buildPage(folder: string): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build-page.mjs'), folder]);
}

/** A model that tells how it was repaired, and how good it is. */
export const toldModel: Classifier = {
  ...colours,
  alphas: { least: 0.001, most: 0.5 },
  card: {
    method: 'expert',
    without: [],
    calibrationImages: 999,
    measured: {
      images: 9,
      accuracyBefore: 0.99,
      accuracyRepaired: 0.9,
      accuracy: 0.983,
      falsePositiveRate: 0,
    },
  },
};

/** Notes what a page breaks, and whom else it asks. */
export function watched(page: Page, url: () => string, faults: string[]): Page {
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('request', (request) => {
    const isOwn = /^(blob|data):/.test(request.url()) || request.url().startsWith(url());
    if (!isOwn) faults.push(request.url());
  });
  return page;
}
