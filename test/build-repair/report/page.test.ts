import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { percent } from '../../../build-repair/evaluate/interval';
import { reportHtml } from '../../../build-repair/report/page';
import type { Finding, Report } from '../../../build-repair/report/types';
import { ASK_ALL } from '../../../models/detector/evidence';
import { startEngine } from '../../../models/engine';
import { HOSTILE, smallReports } from './reports';

let ofRepair: Report;
let ofEvaluation: Report;
let html: string;
let page: Page;

/** As much of the DOM as the tests ask for. */
interface Element {
  readonly outerHTML: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element> & ArrayLike<Element>;
}
type Page = Pick<Element, 'querySelector' | 'querySelectorAll'>;

const parse = (text: string): Page => parseHTML(text).document;
const text = (selector: string, from: Page = page) =>
  Array.from(from.querySelectorAll(selector), (each) => each.textContent.replace(/\s+/g, ' ').trim());

beforeAll(async () => {
  await startEngine();
  ({ ofRepair, ofEvaluation } = await smallReports());
  html = await reportHtml(ofEvaluation);
  page = parse(html);
}, 120_000);

describe('the page needs nothing else', () => {
  test('nothing is fetched, and nothing runs', () => {
    expect(
      page.querySelectorAll('script, iframe, object, embed, base, form, use, foreignObject'),
    ).toHaveLength(0);
    for (const element of page.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name, element.outerHTML.slice(0, 200)).not.toMatch(/^on|^style$|^xlink:|^srcset$/);
        if (name === 'src' || name === 'href') expect(value).toMatch(/^data:(image\/png;base64,|,$)/);
      }
    }
    expect(/https?:\/\/(?!www\.w3\.org\/)|@import|url\((?!#)/.exec(html)?.[0]).toBeUndefined();
  });

  test('its policy lets in its own style sheet and pictures, and nothing more', () => {
    const policy = page.querySelector('meta[http-equiv="Content-Security-Policy"]')!.getAttribute('content')!;
    const styles = page.querySelectorAll('style');
    expect(styles).toHaveLength(1);
    const sheet = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    const hash = createHash('sha256').update(sheet).digest('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      'img-src data:',
      `style-src 'sha256-${hash}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  test('names from outside stay text', () => {
    expect(page.querySelectorAll('img[src="x"]')).toHaveLength(0);
    expect(html.includes('<script')).toBe(false);
    expect(text('.facts dd')).toContain(HOSTILE.replace(/\s+/g, ' '));
    // In a figure, a table, a heading, an alternative text, and as a class's name.
    expect(page.querySelector('figure [role="img"]')!.getAttribute('aria-label')).toContain(HOSTILE);
    expect(text('svg text').join()).toContain('<script>alert(1)');
    expect(text('.figures th').join()).toContain(HOSTILE);
    expect(text('.examples h3').join()).toContain(HOSTILE);
    const alts = Array.from(page.querySelectorAll('.cards img'), (image) => image.getAttribute('alt')!);
    expect(alts.every((alt) => alt.includes(HOSTILE))).toBe(true);
    expect(text('.cards dd').join()).toContain(`0 (${HOSTILE})`);
  });
});

describe('what an evaluation shows', () => {
  test('the figures, as the command prints them', () => {
    const cells = text('.figures td').join(' ');
    const { clean, poisoned } = ofEvaluation.figures;
    const rates = [
      clean.accuracyBefore,
      clean.accuracyRepaired,
      clean.accuracy,
      clean.falsePositiveRate,
      ...poisoned.flatMap((set) => [
        set.attackSuccessBefore,
        set.attackSuccessRepaired,
        set.attackSuccess,
        set.detectionRate,
        set.recoveredAccuracy!,
      ]),
    ];
    expect(rates).toHaveLength(14);
    for (const rate of rates) {
      const printed = percent(rate).replace(/[()]/g, '');
      const [share, interval] = [printed.split(' % ')[0], printed.split(' % ')[1]];
      expect(cells).toContain(`${share} %${interval}`);
    }
    expect(text('.figures .count')).toEqual(['96 images', '46 images', '46 images']);
  });

  test('the threshold parts what was flagged from what was not', () => {
    const { clean } = ofEvaluation.observed!;
    const flagged = clean.flagged.reduce((sum, each) => sum + each, 0);
    expect(flagged).toBe(ofEvaluation.figures.clean.falsePositiveRate.hits);
    const wrong = page.querySelector('.wide svg')!.querySelectorAll('rect[fill="var(--wrong)"]');
    const missed = ofEvaluation.observed!.poisoned.some((set) => set.flagged.includes(0));
    expect(wrong.length > 0).toBe(flagged > 0 || missed);
  });

  test('detection at the chosen α is the detection of the table', () => {
    const [chosen] = text('.alphas .chosen td');
    expect(chosen).toBe(`${(100 * ofEvaluation.figures.clean.falsePositiveRate.rate).toFixed(1)} %`);
    const cells = text('.alphas .chosen td').slice(1);
    expect(cells).toEqual(
      ofEvaluation.figures.poisoned.map(({ detectionRate }) => `${(100 * detectionRate.rate).toFixed(1)} %`),
    );
  });

  test('figures are drawn twice, for wide and narrow screens, and say what they show', () => {
    const figures = page.querySelectorAll('figure');
    expect(figures).toHaveLength(4);
    for (const figure of figures) {
      expect(figure.querySelectorAll('[role="img"][aria-label] > svg[aria-hidden="true"]')).toHaveLength(2);
      expect(figure.querySelector('figcaption')!.textContent!.length).toBeGreaterThan(20);
    }
    expect(page.querySelectorAll('svg[width="760"]')).toHaveLength(4);
    expect(/NaN|Infinity|undefined|\[object/.exec(html)?.[0]).toBeUndefined();
  });

  test('examples are pictures of the right size, with their verdicts', async () => {
    const images = page.querySelectorAll('.cards img');
    expect(images.length).toBeGreaterThan(6);
    const uri = images[0]!.getAttribute('src')!;
    const { width, height, format } = await sharp(Buffer.from(uri.split(',')[1]!, 'base64')).metadata();
    expect({ width, height, format }).toEqual({ width: 32, height: 40, format: 'png' });
    expect(new Set(text('.found .verdict'))).toEqual(new Set(['backdoored']));
    expect(text('.right .verdict')).toHaveLength(6);
  });

  test('what the bundle goes without is told', async () => {
    const bundle = {
      ...ofEvaluation.bundle,
      without: [{ evidence: 'latent', reason: 'too few <b>images</b>' }],
    };
    const without = parse(await reportHtml({ ...ofEvaluation, bundle }));
    expect(text('li', without)).toContain('latent: too few <b>images</b>');
  });
});

test('which images are asked for transplants is told', async () => {
  const evidence = async (askFrom: number) => {
    const { bundle } = ofEvaluation;
    if (bundle.rule.kind !== 'calibrated') throw new Error('a calibrated rule is wanted');
    const scale = { zero: 0, spread: 1 };
    const pieces = {
      scales: [
        { piece: 'top' as const, ...scale },
        { piece: 'bottom' as const, ...scale },
      ],
      halves: scale,
      highest: scale,
    };
    const second = { askFrom, pieces, transplant: scale, join: 'sum' as const, firstWeight: 1 };
    const asking = { ...bundle, rule: { ...bundle.rule, second } };
    return text('.facts dd', parse(await reportHtml({ ...ofEvaluation, bundle: asking })));
  };
  expect(await evidence(2.5)).toContain('forgetting, transplant (of the most suspicious images)');
  expect(await evidence(ASK_ALL)).toContain('forgetting, transplant (of every image)');
  expect(text('.facts dd')).toContain('forgetting');
});

describe('the finding comes first', () => {
  const finding: Finding = {
    backdoored: true,
    score: 7.414,
    against: HOSTILE,
    targets: [
      { class: 5, name: HOSTILE, rate: 0.987, evidence: HOSTILE },
      { class: 12, rate: 0.5, evidence: 'a mask of 31 pixels' },
    ],
  };

  test('where there is one', async () => {
    const triggerPng = await sharp({ create: { width: 8, height: 9, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    const targets = [{ ...finding.targets[0]!, triggerPng }, finding.targets[1]!];
    const found = parse(await reportHtml({ ...ofEvaluation, finding: { ...finding, targets } }));
    const first = found.querySelector('main section')!;
    expect(first.querySelector('h2')!.textContent).toContain('Signs of a backdoor toward 5 (');
    expect(text('.rate', first)).toEqual([
      expect.stringContaining('98.7 %'),
      expect.stringContaining('50.0 %'),
    ]);
    expect(first.querySelectorAll('img')).toHaveLength(1);
    expect(found.querySelectorAll('script')).toHaveLength(0);
  });

  test('where there is no sign, and where nothing was asked', async () => {
    const none = parse(
      await reportHtml({ ...ofEvaluation, finding: { ...finding, backdoored: false, targets: [] } }),
    );
    expect(text('main section h2', none)[0]).toBe('No sign of a backdoor was found, which clears no net');
    expect(text('main section h2')[0]).toBe('No finding about B');
  });
});

test('a repair tells its calibration, and that it has no poisoned images', async () => {
  const repaired = parse(await reportHtml(ofRepair));
  expect(text('h2', repaired)).toEqual([
    'No finding about B',
    'Before and after',
    'Suspicion',
    'What was run',
  ]);
  expect(text('.figures + p, .scroll + .note', repaired).join()).toMatch(/no poisoned images/);
  expect(repaired.querySelectorAll('figure')).toHaveLength(1);
  expect(text('.facts dd', repaired)).toContain('192 clean images, cross-fitted, 4 folds');
});

test('where B and B′ disagree decides, no threshold is drawn', async () => {
  const bundle = { ...ofEvaluation.bundle, rule: { kind: 'disagreement' as const } };
  const other = parse(await reportHtml({ ...ofEvaluation, bundle }));
  expect(other.querySelectorAll('[fill="var(--wrong)"]')).toHaveLength(0);
  expect(other.querySelectorAll('.chosen')).toHaveLength(0);
  expect(other.querySelector('figcaption')!.textContent).toMatch(/does not decide by a threshold/);
});
