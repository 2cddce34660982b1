import * as Plot from '@observablehq/plot';
import { html } from 'hono/html';
import type { ClassAccuracy } from '../by-class';
import { count, type Html, percent } from '../words';
import { figure } from './svg';

const NETS = [
  { key: 'bad', name: 'BadNet', fill: 'var(--before)' },
  { key: 'repaired', name: 'repaired net', fill: 'var(--repaired)' },
  { key: 'answer', name: 'GoodNet', fill: 'var(--after)' },
] as const;

const BANDS = [
  { name: 'none', holds: (share: number) => share === 0 },
  { name: 'to 50 %', holds: (share: number) => share > 0 && share < 0.5 },
  { name: '50–75 %', holds: (share: number) => share >= 0.5 && share < 0.75 },
  { name: '75–90 %', holds: (share: number) => share >= 0.75 && share < 0.9 },
  { name: '90–99 %', holds: (share: number) => share >= 0.9 && share < 1 },
  { name: 'all', holds: (share: number) => share === 1 },
] as const;

const KEY = html`<ul class="key"><li class="net-before">BadNet, before</li><li class="net-repaired">repaired net</li><li class="net-after">GoodNet, after</li></ul>`;

/** How many classes have how much accuracy, for each net. */
export function spreadFigure(classes: readonly ClassAccuracy[]): Html {
  const bars = BANDS.flatMap((band) =>
    NETS.map(({ key, name, fill }) => ({
      band: band.name,
      net: name,
      fill,
      classes: classes.filter((each) => band.holds(each[key] / each.images)).length,
    })),
  );
  return figure(
    ({ narrow }) => ({
      height: 240,
      marginLeft: 8,
      marginRight: 8,
      marginTop: 34,
      marginBottom: 42,
      fx: {
        domain: BANDS.map(({ name }) => name),
        label: 'share of a class’s images that are named rightly',
        labelAnchor: 'center',
        labelOffset: 38,
        padding: narrow ? 0.1 : 0.2,
      },
      x: { axis: null, domain: NETS.map(({ name }) => name), padding: 0.08 },
      y: { axis: null },
      marks: [
        Plot.barY(bars, { fx: 'band', x: 'net', y: 'classes', fill: 'fill' }),
        Plot.ruleY([0], { stroke: 'var(--line)' }),
        Plot.text(bars, {
          fx: 'band',
          x: 'net',
          y: 'classes',
          text: ({ classes: n }: { classes: number }) => (n === 0 ? '' : count(n)),
          // Upright on a narrow screen: thousands are wider than a bar.
          rotate: narrow ? -90 : 0,
          textAnchor: narrow ? 'start' : 'middle',
          dy: narrow ? -4 : -8,
          fontSize: 10,
          fill: 'var(--ink)',
        }),
      ],
    }),
    {
      label: `Accuracy by class. ${BANDS.map(
        ({ name }) =>
          `${name}: ${bars
            .filter(({ band }) => band === name)
            .map(({ net, classes: n }) => `${net} ${n}`)
            .join(', ')}`,
      ).join('; ')}.`,
      caption: 'How many classes have how much of their clean images named rightly.',
      key: KEY,
    },
  );
}

/** The accuracy of each class, for few classes: the worst first. */
export function classesFigure(worstFirst: readonly ClassAccuracy[]): Html {
  const dots = worstFirst.flatMap((each) =>
    NETS.map(({ key, fill }) => ({ name: each.name, share: each[key] / each.images, key, fill })),
  );
  const ranges = worstFirst.map((each) => {
    const shares = NETS.map(({ key }) => each[key] / each.images);
    return { name: each.name, from: Math.min(...shares), to: Math.max(...shares) };
  });
  const lowest = Math.min(...ranges.map(({ from }) => from));
  const from = Math.max(0, Math.floor(lowest * 20 - 0.5) / 20);
  const longest = Math.max(...worstFirst.map(({ name }) => name.length));
  return figure(
    ({ narrow }) => {
      const letters = Math.min(longest, narrow ? 14 : 30);
      const short = (name: string) => (name.length > letters ? `${name.slice(0, letters - 1)}…` : name);
      return {
        height: worstFirst.length * 18 + 60,
        marginLeft: 16 + letters * 6.8,
        marginRight: 22,
        marginTop: 8,
        marginBottom: 42,
        x: {
          domain: [from, 1],
          ticks: narrow ? 4 : 6,
          tickFormat: (share: number) => percent(share, 0),
          label: 'accuracy',
          labelAnchor: 'center',
          labelArrow: 'none',
          labelOffset: 38,
          grid: true,
        },
        y: { domain: worstFirst.map(({ name }) => name), label: null, tickFormat: short, tickSize: 0 },
        marks: [
          Plot.ruleY(ranges, { y: 'name', x1: 'from', x2: 'to', stroke: 'var(--line)', strokeWidth: 3 }),
          Plot.dot(dots, {
            y: 'name',
            x: 'share',
            r: (dot: { key: string }) => (dot.key === 'bad' ? 5 : dot.key === 'repaired' ? 3.6 : 3.2),
            fill: (dot: { key: string; fill: string }) => (dot.key === 'bad' ? 'var(--paper)' : dot.fill),
            stroke: 'fill',
            strokeWidth: 1.8,
            symbol: (dot: { key: string }) => (dot.key === 'repaired' ? 'diamond' : 'circle'),
          }),
        ],
        r: { type: 'identity' },
      };
    },
    {
      label: `Accuracy by class, the worst first. ${worstFirst
        .slice(0, 10)
        .map(
          (each) =>
            `${each.name}: BadNet ${percent(each.bad / each.images, 0)}, GoodNet ${percent(each.answer / each.images, 0)}`,
        )
        .join('; ')}.`,
      caption: 'Share of the clean images of each class that are named rightly, the worst of GoodNet first.',
      key: KEY,
    },
  );
}
