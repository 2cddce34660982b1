import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { version } from '../../models/version';
import { classesSection } from './sections/classes';
import { detectionSections } from './sections/detection';
import { examplesSection } from './sections/examples';
import { figuresSection } from './sections/figures';
import { findingSection } from './sections/finding';
import { inUseSection } from './sections/in-use';
import { promiseSection } from './sections/promise';
import { repairedSection } from './sections/repaired';
import { runSection } from './sections/run';
import { summarySection } from './sections/summary';
import { suspiciousSection } from './sections/suspicious';
import { STYLE } from './style';
import type { Report } from './types';

/** What a report's page says of its maker. */
export const GENERATOR = `GoodNet ${version}`;

/**
 * A report as one HTML page that needs nothing else: no script, pictures inside it, and a policy that lets the
 * browser load nothing.
 */
export async function reportHtml(report: Report): Promise<string> {
  const { bundle, kind, run } = report;
  const what = kind === 'repair' ? 'Repair report' : 'Evaluation report';
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${GENERATOR}">
<link rel="icon" href="data:,">
<title>${bundle.name} · ${what} · GoodNet</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<header>
<p class="overline">GoodNet · ${what}</p>
<h1>${bundle.name}</h1>
<p class="note">Bundle ${bundle.id.slice(0, 16)} · ${bundle.method} · <time datetime="${run.started.toISOString()}">${date(run.started)}</time></p>
</header>
${promiseSection(report)}
${await findingSection(report)}
${repairedSection(report)}
${summarySection(report)}
${figuresSection(report)}
${detectionSections(report)}
${inUseSection(report)}
${await suspiciousSection(report)}
${classesSection(report)}
${await examplesSection(report)}
${runSection(report)}
</main>
<footer><p>${GENERATOR}</p></footer>
</body>
</html>
`;
  return page.toString();
}

function policy(): string {
  const style = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
}

function date(started: Date): string {
  return started.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}
