/**
 * The benchmark's peer, `plain-server.ts STORE [--threads 1] [--without-nets]`: node:http, sharp and onnxruntime-node as
 * one would put them together, an image at a time. Its verdicts are ours: what is no net (scores, distances, the gallery) is our
 * code in both.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { unpackNets } from '../../../../models/bundle/pack';
import { startReading } from '../../../../models/bundle/read';
import { type LoadedTransplant, transplantMargins } from '../../../../models/detector/evidence/transplant';
import { lookUpWithoutNamedClass } from '../../../../models/detector/look-up';
import type { Transplant } from '../../../../models/detector/nets';
import { openReaders, readingsOf } from '../../../../models/detector/readings';
import { decide, type Rule, scoresOf } from '../../../../models/detector/rule';
import { answerWithViews } from '../../../../models/detector/test-time-views';
import { addTransplantEvidence } from '../../../../models/detector/transplant-queries';
import { startEngine } from '../../../../models/engine';
import { CUT } from '../../../../models/nets/features';
import { scaledPixels } from '../../../../models/pixels';
import { resolveBundle } from '../../../../models/store/folder';
import type { Verdict } from '../../../../models/verdict';
import { openDetector } from '../onnx/session';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '1' }, 'without-nets': { type: 'boolean', default: false } },
});

await startEngine({ engine: 'cpu' });
const bundle = await startReading((await resolveBundle(positionals[0]!)).folder);
const { manifest } = bundle;
const { nets, parts } = await unpackNets(bundle);
const readers = openReaders(nets, parts);
const session = await openDetector(nets, parts, readers, Number(values.threads));
const { classes, shape } = nets;
const calibration = Float32Array.from(manifest.calibration.scores);
const rule: Rule =
  manifest.rule.kind === 'disagreement'
    ? { kind: 'disagreement', calibration }
    : { ...manifest.rule, alpha: manifest.alpha, calibration };
const transplant = parts.transplant && (await loadTransplant(parts.transplant));

const server = createServer(async (request, response) => {
  try {
    const bytes = await bodyOf(request);
    const verdict = await verdictOn(await pixelsOf(bytes));
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({ model: manifest.name, bundle: manifest.id, alpha: manifest.alpha, ...verdict }),
    );
  } catch (error) {
    response.statusCode = 400;
    response.end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function pixelsOf(bytes: Buffer): Promise<Uint8Array> {
  const { height, width } = shape;
  return await sharp(bytes).autoOrient().resize({ height, width, fit: 'fill' }).raw().toBuffer();
}

function scaled(pixels: Uint8Array | Float32Array): Float32Array {
  return scaledPixels(pixels, shape.channels, nets.pixels);
}

async function loadTransplant({ from, hosts, count }: Transplant): Promise<LoadedTransplant> {
  const images = scaled(hosts);
  const cut = from === 'cut' ? (await session.run(images, count))[session.rows.get('transplant')!]! : images;
  const [, ...of] = from === 'cut' ? nets.bad.outputs[CUT]!.shape : nets.bad.inputs[0]!.shape;
  return { logits: session.head, shape: of as [number, number, number], classes, count, hosts: cut };
}

let first: Promise<Verdict> | undefined;

/** Without nets, that of the first image. */
function verdictOn(pixels: Uint8Array): Promise<Verdict> {
  if (!values['without-nets']) return readVerdict(pixels);
  first ??= readVerdict(pixels);
  return first;
}

async function readVerdict(pixels: Uint8Array): Promise<Verdict> {
  const image = scaled(pixels);
  const made = await session.run(image, 1);
  const { bad, repaired, second, relearned, stem } = Object.fromEntries(
    Object.entries(session.outputs).map(([key, name]) => [key, made[name]]),
  );
  const rows = new Map(Array.from(session.rows, ([kind, name]) => [kind, made[name] ?? image] as const));
  const found = readingsOf({ bad: bad!, repaired, second, relearned, rows, stem }, readers, classes);
  const views = rule.kind === 'calibrated' ? rule.views : undefined;
  const by = { shape, classes, logits: (of: Float32Array, n: number) => session.bad(scaled(of), n) };
  const answered = views ? await answerWithViews(by, pixels, found.bad, views) : found.answered;
  const readings = { ...found, answered };
  const read =
    rule.kind === 'calibrated' && transplant
      ? await addTransplantEvidence(readings, rule, (...of) => transplantMargins(transplant, ...of))
      : readings;
  const scores = scoresOf(read, rule);
  return decide(lookUpWithoutNamedClass(read, nets, scores, rule), scores, rule, classes)[0]!;
}
