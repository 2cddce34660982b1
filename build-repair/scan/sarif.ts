import { createHash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Log, ReportingDescriptor, Result, Run } from 'sarif';
import { detailsOf, exitCodeOf } from '../../models/errors';
import { isOfCode } from '../../models/keras';
import { version } from '../../models/version';
import type { Scan } from './types';
import { scanOutcome, targetLine } from './words';

/** How grave a result is to those who read it. */
type Level = Extract<Result.level, 'error' | 'warning' | 'note'>;

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  readonly short: string;
  readonly full: string;
  readonly help: string;
}

const DANGER =
  'Code of a file is run where it is loaded with unsafe deserialization, and can do whatever the program may that loads it. GoodNet never runs it.';

/** What results are of. Their ids stay as they are: alerts are known again by them. */
const RULES = [
  {
    id: 'goodnet/backdoor-target',
    name: 'BackdoorTarget',
    level: 'warning',
    short: 'A class that a backdoor may lead to',
    full: 'Something makes the net surer of this class than clean nets are of any: a backdoor may lead to it. A class that is named may be innocent, and others may be missed.',
    help: 'Don’t use the net as it is, and don’t pass it on. goodnet repair makes a guarded one of it.',
  },
  {
    id: 'goodnet/code-in-file',
    name: 'CodeInFile',
    level: 'warning',
    short: 'Code of the author’s own in the file',
    full: `The file holds code (a Lambda). ${DANGER}`,
    help: 'Don’t load the file with Keras, unless you trust who made it.',
  },
  {
    id: 'goodnet/not-scanned',
    name: 'NotScanned',
    level: 'warning',
    short: 'The net could not be looked at',
    full: 'The net has parts that GoodNet does not run: whether it is backdoored is not known.',
    help: 'goodnet inspect tells which layers are in the way, and what would help.',
  },
] as const satisfies readonly Rule[];

/** How grave a class that is named is, by how sure it is. */
const LEVEL_OF = { 'near certain': 'error', possible: 'warning' } as const;

type RuleId = (typeof RULES)[number]['id'];

/** A file that was scanned. */
export interface ScannedFile {
  readonly path: string;
  /** SHA-256 of its content, hexadecimal. */
  readonly sha256: string;
}

interface Found {
  readonly rule: RuleId;
  readonly level: Level;
  readonly text: string;
  /** What tells it from others of its rule. */
  readonly key: string;
}

/**
 * A scan in SARIF 2.1.0 (OASIS 2020), with what GitHub's code scanning asks of it. A result is known again by rule, class and content of the
 * file: a net that was changed is another.
 */
export function scanSarif(scan: Scan, file: ScannedFile): Log {
  const uri = uriOf(file.path);
  const results = foundIn(scan).map(({ rule, level, text, key }) => ({
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ id }) => id === rule),
    level,
    message: { text },
    locations: [
      // A net has no lines; code scanning wants one.
      { physicalLocation: { artifactLocation: { uri, index: 0 }, region: { startLine: 1 } } },
    ],
    partialFingerprints: {
      primaryLocationLineHash: createHash('sha256').update(`${rule}\n${key}\n${file.sha256}`).digest('hex'),
    },
  }));
  const notifications = [scanOutcome(scan).join(' '), ...scan.notTold, ...scan.notes];
  return logOf({
    artifacts: [{ location: { uri }, hashes: { 'sha-256': file.sha256 } }],
    invocations: [
      {
        executionSuccessful: scan.outcome !== 'refused',
        toolExecutionNotifications: notifications.map((text) => ({ level: 'note', message: { text } })),
      },
    ],
    results,
  });
}

/**
 * A scan that failed in SARIF: no results, and why.
 * @param path the net's
 */
export function failedSarif(error: unknown, path: string): Log {
  const { code, message: text } = detailsOf(error);
  return logOf({
    artifacts: [{ location: { uri: uriOf(path) } }],
    invocations: [
      {
        executionSuccessful: false,
        exitCode: exitCodeOf(error),
        toolExecutionNotifications: [{ level: 'error', message: { text }, properties: { code } }],
      },
    ],
    results: [],
  });
}

function logOf(run: Omit<Run, 'tool'>): Log {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      { tool: { driver: { name: 'GoodNet', semanticVersion: version, rules: RULES.map(ruleOf) } }, ...run },
    ],
  };
}

function foundIn({ targets, problems, notes }: Scan): Found[] {
  return [
    ...targets.map((target) => ({
      rule: 'goodnet/backdoor-target' as const,
      level: LEVEL_OF[target.level],
      text: `Signs of a backdoor toward ${targetLine(target)}. It may be innocent, and others may be missed.`,
      key: String(target.class),
    })),
    ...[...problems, ...notes].filter(isOfCode).map((text) => ({
      rule: 'goodnet/code-in-file' as const,
      level: 'warning' as const,
      text: `${text} ${DANGER}`,
      key: text,
    })),
    ...problems.map((text) => ({
      rule: 'goodnet/not-scanned' as const,
      level: 'warning' as const,
      text,
      key: text,
    })),
  ];
}

function ruleOf({ id, name, level, short, full, help }: Rule): ReportingDescriptor {
  return {
    id,
    name,
    shortDescription: { text: short },
    fullDescription: { text: full },
    help: { text: help },
    defaultConfiguration: { level },
    // What code scanning makes of a rule (GitHub's docs, "SARIF support for code scanning").
    properties: { tags: ['security'], 'problem.severity': level },
  };
}

/** Relative to the working directory, from which a repository is scanned; elsewhere as a file: address. */
function uriOf(path: string): string {
  const near = relative(process.cwd(), path);
  if (near.startsWith('..') || isAbsolute(near)) return pathToFileURL(path).href;
  return near.split(sep).map(encodeURIComponent).join('/');
}
