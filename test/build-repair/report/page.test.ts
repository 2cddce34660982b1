import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { percent, rateOf } from '../../../build-repair/evaluate/interval';
import { reportHtml } from '../../../build-repair/report/page';
import type { Finding, Report } from '../../../build-repair/report/types';
import { forgetting } from '../../../models/detector/evidence/forgetting';
import { transplant } from '../../../models/detector/evidence/transplant';
import { ASK_ALL } from '../../../models/detector/score';
import { startEngine } from '../../../models/engine';
import { HOSTILE, smallReports, TARGET } from './reports';

let ofRepair: Report;
let ofEvaluation: Report;
let found: Report;
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
  ({ ofRepair, ofEvaluation, found } = await smallReports());
  html = await reportHtml(ofEvaluation);
  page = parse(html);
});

describe('false alarms other than promised', () => {
  test('stand first, with the likely cause; nothing of them where the promise is kept', async () => {
    const clean = { ...ofEvaluation.figures.clean, falsePositiveRate: rateOf(62, 1000) };
    const broken = {
      ...ofEvaluation,
      figures: { ...ofEvaluation.figures, clean },
      likelyCause: 'frames of <b>',
    };
    const [first] = text('main > section', parse(await reportHtml(broken)));
    expect(first).toMatch(
      /^False alarms: 6\.2 %, above the promised .*95 %: 4\.9.*Likely cause: frames of <b>\.$/,
    );
    expect(text('main > section')[0]).not.toMatch(/^False alarms/);
  });
});

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
    const [chosen] = text('.alphas .chosen td').map((cell) => cell.replace(/above α$/, ''));
    expect(chosen).toBe(`${(100 * ofEvaluation.figures.clean.falsePositiveRate.rate).toFixed(1)} %`);
    const cells = text('.alphas .chosen td').slice(1);
    expect(cells).toEqual(
      ofEvaluation.figures.poisoned.map(({ detectionRate }) => `${(100 * detectionRate.rate).toFixed(1)} %`),
    );
  });

  test('what α means in use: by the set of which the least is found, and no fewer false alarms than α', () => {
    const { clean, poisoned } = ofEvaluation.figures;
    const least = Math.min(...poisoned.map(({ detectionRate }) => detectionRate.rate));
    const alarms = Math.max(ofEvaluation.bundle.alpha, clean.falsePositiveRate.rate);
    const right = (share: number) => (least * share) / (least * share + alarms * (1 - share));
    expect(text('.in-use .chosen td')).toEqual(
      [0.1, 0.01, 0.001, 0.0001].map((share) => `${(100 * right(share)).toFixed(1)} %`),
    );
    expect(text('#in-use + .note').join()).toContain('By what was measured here');
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
    expect(text('.examples.right .verdict')).toHaveLength(5);
  });

  test('flagged pictures come with another that shows where the trigger is', async () => {
    for (const kind of ['found', 'alarm']) {
      for (const item of page.querySelectorAll(`.cards li.${kind}`))
        expect(item.querySelectorAll('img')).toHaveLength(2);
    }
    for (const kind of ['right', 'wrong', 'missed']) {
      for (const item of page.querySelectorAll(`.cards li.${kind}`))
        expect(item.querySelectorAll('img')).toHaveLength(1);
    }
    const found = ofEvaluation.observed!.poisoned.flatMap(({ examples }) => examples.of('found'));
    const placed = found.filter((each) => ofEvaluation.places!.get(each)?.place);
    expect(placed.length).toBeGreaterThan(found.length / 2);
    const { x, y, width, height } = ofEvaluation.places!.get(placed[0]!)!.place!;
    const words = `its class hangs on ${width} × ${height} pixels, ${x} from the left and ${y} from the top`;
    const shown = Array.from(page.querySelectorAll('.found img')).find(
      (image) => image.getAttribute('alt') === `${placed[0]!.name}: ${words}`,
    )!;
    const png = Buffer.from(shown.getAttribute('src')!.split(',')[1]!, 'base64');
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([128, 160]);
    const at = (left: number, top: number) => [
      ...data.subarray((top * 128 + left) * 3, (top * 128 + left) * 3 + 3),
    ];
    const [right, bottom] = [4 * (x + width) - 1, 4 * (y + height) - 1];
    for (const corner of [at(4 * x, 4 * y), at(right, bottom), at(4 * x, bottom)]) {
      expect(corner).toEqual([255, 255, 255]);
    }
    expect(at(4 * x + 1, 4 * y + 1)).not.toEqual([255, 255, 255]);
  });

  test('says nothing of places where none were asked for', async () => {
    const { places: _, ...without } = ofEvaluation;
    const plain = parse(await reportHtml(without));
    expect(plain.querySelectorAll('.both')).toHaveLength(0);
    expect(plain.querySelector('body')!.textContent).not.toContain('in a white box');
    expect(page.querySelector('body')!.textContent).toContain('in a white box');
  });

  test('says once what heat maps are, where the first are', async () => {
    const { mostSuspicious } = ofEvaluation.observed!.clean;
    const some = [...ofEvaluation.places!.values()][0]!;
    const early = new Map([...ofEvaluation.places!, [mostSuspicious[0]!, some]]);
    const late = new Map([...early].filter(([image]) => !mostSuspicious.includes(image)));
    for (const [places, where] of [
      [early, '#suspicious'],
      [late, '#examples'],
    ] as const) {
      const told = parse(await reportHtml({ ...ofEvaluation, places }));
      expect(told.querySelector(`${where} + .note`)!.textContent).toContain('in a white box');
      expect(told.querySelector('body')!.textContent!.split('in a white box')).toHaveLength(2);
    }
  });

  test('what the bundle goes without is told', async () => {
    const bundle = {
      ...ofEvaluation.bundle,
      without: [{ evidence: 'latent', reason: 'too few <b>images</b>' }],
    };
    const without = parse(await reportHtml({ ...ofEvaluation, bundle }));
    expect(text('li', without)).toContain('latent: too few <b>images</b>');
  });

  test('which images are in the bundle is told', async () => {
    const gallery = { stem: [5, 4, 6], places: [2, 2], dimensions: 6, count: 98, step: 1, temperature: 2 };
    const kept = { from: 'given', name: '<i>shown', images: 20, skipped: 0 };
    const inIt = async (more: object) => {
      const bundle = { ...ofEvaluation.bundle, transplant: undefined, gallery: undefined, ...more };
      const page = parse(await reportHtml({ ...ofEvaluation, bundle: bundle as Report['bundle'] }));
      const at = text('dt', page).indexOf('Images in it');
      return text('dd', page)[at];
    };
    const transplant = { count: 12, from: 'cut' };
    expect(await inIt({ transplant, gallery })).toBe('12 of the clean ones; features of 98 clean images');
    expect(await inIt({ transplant, kept })).toMatch(/^12 of <i>shown, given to be kept; no features/);
    expect(await inIt({})).toBe('none, no features of single images');
  });
});

test('the report says which images are asked for transplants', async () => {
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
    const transplant = { askFrom, pieces, scale, join: 'sum' as const, firstWeight: 1 };
    const asking = { ...bundle, rule: { ...bundle.rule, transplant } };
    return text('.facts dd', parse(await reportHtml({ ...ofEvaluation, bundle: asking })));
  };
  expect(await evidence(2.5)).toContain('forgetting, transplant (of the most suspicious images)');
  expect(await evidence(ASK_ALL)).toContain('forgetting, transplant (of every image)');
  expect(text('.facts dd')).toContain('forgetting');
  expect(text('.facts dd')).toContain(`forgetting: ${forgetting.asks}`);
  expect((await evidence(2.5)).some((each) => each.endsWith(transplant.asks))).toBe(true);
});

describe('the finding comes first', () => {
  const finding: Finding = {
    backdoored: true,
    how: HOSTILE,
    targets: [
      { class: TARGET, name: HOSTILE, rate: 0.987, evidence: HOSTILE },
      { class: 12, rate: 0.5, evidence: 'a mask of 31 pixels' },
    ],
  };
  const first = async (report: Report) => parse(await reportHtml(report)).querySelector('main section')!;
  const one = (selector: string, from: Element) =>
    from.querySelector(selector)!.textContent.replace(/\s+/g, ' ');

  test('possible targets, which may be innocent; what to do; the rest behind "How this is told"', async () => {
    const box = await first({ ...ofEvaluation, finding });
    expect(one('h2', box)).toMatch(/^Signs of a backdoor; possible targets: 5 \(.* and 12 \(person 12\)$/);
    expect(box.querySelector('h2 + p')!.textContent).toBe('Classes that are named may be innocent.');
    expect(text('.rate strong', box as Page)).toEqual(['98.7 %', '50.0 %']);
    expect(one('details:not([open])', box)).toContain(HOSTILE.replace(/\s+/g, ' '));
    expect(one('.todo', box)).toMatch(/serve GoodNet .*, not the BadNet itself, and don’t pass the net on/);
    expect(box.textContent).not.toMatch(/the (recovered )?trigger recovered|is the trigger/);
    expect(box.querySelectorAll('script, img')).toHaveLength(0);
  });

  test('how sure each is, where that is known', async () => {
    const levels = [{ level: 'near certain' as const }, { level: 'possible' as const }];
    const targets = finding.targets.map((each, i) => ({ ...each, ...levels[i] }));
    const box = await first({ ...ofEvaluation, finding: { ...finding, targets } });
    expect(one('h2', box)).toMatch(
      /^Signs of a backdoor; near certain target: 5 \(.*; possible target: 12 \(person 12\)$/,
    );
    expect(text('h3', box as Page).map((each) => each.split(':')[0])).toEqual([
      'Near certain target',
      'Possible target',
    ]);
  });

  test('where there is a relearned head, that the net with it alone still follows the trigger', async () => {
    const nets = { ...ofEvaluation.bundle.nets, relearned: { folder: 'relearned' } };
    const told = /asked alone, still follows (the|a) trigger/;
    expect((await first({ ...ofEvaluation, finding })).textContent).not.toMatch(told);
    const bundle = { ...ofEvaluation.bundle, nets };
    const whole = parse(await reportHtml({ ...ofEvaluation, bundle, finding }));
    expect(text('.todo', whole)[0]).toMatch(told);
    expect(text('.figures caption', whole)[0]).toMatch(told);
    const plain = { bad: 'bad', repaired: { folder: 'repaired' } };
    const pruned = parse(
      await reportHtml({ ...ofEvaluation, bundle: { ...bundle, nets: plain, method: 'magnitude' }, finding }),
    );
    expect(pruned.querySelector('main')!.textContent).not.toMatch(told);
  });

  test('a pattern on a clean picture of another class, beside it, with what is answered', async () => {
    const { shown } = found.finding!.targets[0]!;
    expect(shown!.clean.bad).not.toBe(TARGET);
    expect(shown!.stamped.bad).toBe(TARGET);
    const box = await first(found);
    expect(text('.shown .what', box as Page)).toEqual([
      'A clean picture',
      'The same with the pattern',
      'The pattern alone',
    ]);
    expect(text('.shown dd', box as Page)[2]).toBe('5 (person 5)');
    const pictures = await Promise.all(
      Array.from(box.querySelectorAll('.shown img'), (image) =>
        sharp(Buffer.from(image.getAttribute('src')!.split(',')[1]!, 'base64'))
          .raw()
          .toBuffer(),
      ),
    );
    const [clean, stamped, alone] = pictures as [Buffer, Buffer, Buffer];
    const row = 32 * 3;
    // Above the pattern's rows nothing is changed, and the pattern alone is grey; within them it is what it is.
    expect(stamped.subarray(0, 15 * row).equals(clean.subarray(0, 15 * row))).toBe(true);
    expect(new Set(alone.subarray(0, 15 * row))).toEqual(new Set([128]));
    expect(Array.from(stamped.subarray(16 * row, 16 * row + 3))).toEqual([112, 22, 158]);
    expect(Array.from(alone.subarray(16 * row, 16 * row + 3))).toEqual([112, 22, 158]);
    expect(clean.equals(stamped)).toBe(false);
    expect(box.textContent).toMatch(/one that works, which need not be the attacker’s/);
  });

  test('what it costs the class, measured on its own clean images', async () => {
    const { labels, flagged } = found.observed!.clean;
    const own = Array.from(labels.keys()).filter((i) => labels[i] === TARGET);
    const hits = own.filter((i) => flagged[i] === 1).length;
    expect(own).toHaveLength(8);
    const cost = one('.cost', await first(found));
    expect(cost).toMatch(/up to 4 times as often/);
    expect(cost).toContain(`${hits} of its 8 clean pictures (${((100 * hits) / 8).toFixed(1)} %, 95 %:`);
    const uncounted = await first({ ...found, bundle: ofRepair.bundle });
    expect(one('.cost', uncounted)).toMatch(/changes none of GoodNet’s answers/);
    const { observed: _, ...unobserved } = found;
    expect(one('.cost', await first(unobserved))).toMatch(/none here to measure it with/);
  });

  test('where there is no sign: the kinds that are missed', async () => {
    const none = await first({ ...ofEvaluation, finding: { ...finding, backdoored: false, targets: [] } });
    expect(one('h2', none)).toBe('No sign of a backdoor was found, which clears no net');
    expect(text('.missed-kinds li', none as Page).join()).toMatch(
      /all over the picture.*some classes only.*all-to-all/,
    );
  });

  test('where nothing was asked, a repair says so and an evaluation leaves it out', async () => {
    expect(one('h2', await first(ofRepair))).toMatch(/^Not asked/);
    expect(page.querySelector('.finding')).toBeNull();
  });
});

describe('an interval that leaves out what was promised', () => {
  const withRate = async (hits: number, n: number, calibration: object = {}, groups?: number) => {
    const { figures, bundle } = ofEvaluation;
    const clean = { ...figures.clean, groups, falsePositiveRate: rateOf(hits, n) };
    const marked = parse(
      await reportHtml({
        ...ofEvaluation,
        bundle: { ...bundle, calibration: { ...bundle.calibration, ...calibration } },
        figures: { ...figures, clean },
      }),
    );
    return { marks: text('.summary .mark, .figures .mark', marked), note: text('p:has(> .mark)', marked)[0] };
  };

  test('is marked, with what may be the cause', async () => {
    const { marks, note } = await withRate(60, 1000);
    expect(marks).toEqual(['above the promised 2 %', 'above the promised 2 %']);
    expect(note).toMatch(
      /^Above what was promised .*few calibration images \(192\).*unlike the calibration images.*chance/,
    );
    expect((await withRate(2, 1000)).note).toMatch(
      /^Below what was promised .*easier than the calibration images/,
    );
  });

  test('of groups, and of classes without calibration images', async () => {
    const { note } = await withRate(60, 1000, { groups: 20, images: 22 });
    expect(note).toMatch(/only 20 groups.*classes without calibration images \(at least 2\).*--group/);
    expect((await withRate(60, 1000, { groups: 20 }, 90)).note).not.toMatch(/--group/);
  });

  test('and one that holds it is not', async () => {
    expect(await withRate(21, 1000)).toEqual({ marks: [], note: undefined });
  });
});

test('the most suspicious clean images are shown: label, answers, p-value and name', async () => {
  for (const report of [ofEvaluation, ofRepair]) {
    const shown = parse(await reportHtml(report)).querySelector('[aria-labelledby="suspicious"]')!;
    const { mostSuspicious } = report.observed!.clean;
    expect(mostSuspicious).toHaveLength(10);
    expect(text('.name', shown as Page)).toEqual(
      mostSuspicious.map(({ name }) => name.replace(/\s+/g, ' ').replace(/^.*\//, '')),
    );
    for (const term of ['label', 'BadNet', 'repaired', 'p-value']) {
      expect(text('dt', shown as Page).filter((each) => each === term)).toHaveLength(10);
    }
    const flagged = mostSuspicious.filter(({ verdict }) => verdict.backdoored).length;
    expect(shown.querySelectorAll('li.alarm')).toHaveLength(flagged);
  }
});

test('the repaired net alone is told where it was measured, and whether it is repaired', async () => {
  expect(page.querySelector('#repaired-net')).toBeNull();
  const nets = {
    ...ofRepair.bundle.nets,
    relearned: { folder: 'relearned' },
    repaired: { folder: 'repaired' },
  };
  const of = async (report: Report, after: number) => {
    const alone = { images: 20, accuracyBefore: 0.98, accuracy: 0.973, implanted: { before: 1, after } };
    const measured = { ...report.bundle.measured, repaired: alone };
    return parse(await reportHtml({ ...report, bundle: { ...report.bundle, nets, measured } }));
  };
  const repaired = await of(ofRepair, 0.02);
  expect(text('#repaired-net', repaired)).toEqual(['The repaired net stands alone']);
  expect(text('section[aria-labelledby="repaired-net"] td', repaired)).toEqual([
    '',
    '98.0 %',
    '97.3 %',
    '100.0 %',
    '2.0 %',
  ]);
  // It was made from most of the images that the repair measures on.
  expect(text('.figures tbody tr:nth-child(2) td', repaired)[1]).toBe('');
  const unrepaired = await of(ofEvaluation, 0.3);
  expect(text('#repaired-net', unrepaired)).toEqual(['The net is not repaired']);
  expect(text('#repaired-net + p', unrepaired)[0]).toMatch(/^Not repaired: 30 % .* Don’t hand the net/);
  expect(text('.figures th', unrepaired)).toContain('Repaired net alone');
  expect(text('.figures caption', unrepaired)[0]).toContain('in repaired/, asked without the detector');
  expect(text('.figures tbody tr:nth-child(2) td', unrepaired)[1]).not.toBe('');
});

test('a repair tells its calibration, and that it has no poisoned images', async () => {
  const repaired = parse(await reportHtml(ofRepair));
  expect(text('h2', repaired)).toEqual([
    'Not asked: is the net itself backdoored?',
    'Before and after',
    'Suspicion',
    'What α means in use',
    'The most suspicious clean images',
    'What was run',
  ]);
  expect(text('.in-use .chosen td', repaired)).toEqual(['84.7 %', '33.6 %', '4.8 %', '0.5 %']);
  expect(text('#in-use + .note', repaired).join()).toContain('No poisoned images were measured');
  expect(text('.note', repaired).join()).toMatch(/no poisoned images/);
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
