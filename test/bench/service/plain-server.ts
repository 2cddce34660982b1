/**
 * The benchmark's peer, `plain-server.ts STORE [--threads 1] [--without-nets]`: node:http, sharp and onnxruntime-node as
 * one would put them together, an image at a time. Its verdicts are ours: what is no net (scores, distances, the gallery) is our
 * code in both.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { unpackNets } from '../../../models/bundle/pack';
import { startReading } from '../../../models/bundle/read';
import { askFurther } from '../../../models/detector/ask';
import { lookUpPassedOver } from '../../../models/detector/look-up';
import { distances } from '../../../models/detector/mahalanobis';
import { answers, leaveOut, margins } from '../../../models/detector/margin';
import type { Transplant } from '../../../models/detector/nets';
import { decide, type Rule, scoresOf } from '../../../models/detector/rule';
import type { LoadedTransplant } from '../../../models/detector/transplant';
import { answerWithViews } from '../../../models/detector/views';
import { startEngine } from '../../../models/engine';
import { CUT } from '../../../models/nets/features';
import { pixelFactors } from '../../../models/pixels';
import { resolveBundle } from '../../../models/store/folder';
import type { Verdict } from '../../../models/verdict';
import { openOnnx } from '../onnx/session';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '1' }, 'without-nets': { type: 'boolean', default: false } },
});

await startEngine({ engine: 'cpu' });
const bundle = await startReading((await resolveBundle(positionals[0]!)).folder);
const { manifest } = bundle;
const { nets, clouds } = await unpackNets(bundle);
const session = await openOnnx(nets, clouds, Number(values.threads));
const { classes, shape } = nets;
const { factor, offset } = pixelFactors(nets.pixels, shape.channels);
const calibration = Float32Array.from(manifest.calibration.scores);
const rule: Rule =
  manifest.rule.kind === 'disagreement'
    ? { kind: 'disagreement', calibration }
    : { ...manifest.rule, alpha: manifest.alpha, calibration };
const transplant = nets.transplant && (await loadTransplant(nets.transplant));

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
  const { channels } = shape;
  return Float32Array.from(pixels, (value, i) => value * factor[i % channels]! + offset[i % channels]!);
}

async function loadTransplant({ from, hosts, count }: Transplant): Promise<LoadedTransplant> {
  const images = scaled(hosts);
  const cut = from === 'cut' ? (await session.run(images, count)).cut! : images;
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
  const { bad, repaired: own, relearned, expert, latent, trunk, cut, stem } = await session.run(image, 1);
  const answered = answers(bad!, classes);
  const at = answered.classes;
  const repaired = own ?? bad!;
  const views = rule.kind === 'calibrated' ? rule.views : undefined;
  const by = { shape, classes, logits: (rows: Float32Array, n: number) => session.bad(scaled(rows), n) };
  const readings = {
    bad: answered,
    answered: views ? await answerWithViews(by, pixels, answered, views) : answered,
    repaired: own ? answers(own, classes) : answered,
    disagreement: margins(repaired, classes, at).map((margin) => -margin),
    logits: {
      bad: () => bad!,
      repaired: () => repaired,
      passedOver: () => leaveOut(relearned ?? repaired, at[0]!),
    },
    evidence: {
      confidence: margins(bad!, classes, at),
      forgetting: expert && margins(expert, classes, at),
      latent: latent && clouds.latent && distances(latent, at, clouds.latent),
      trunk: trunk && clouds.trunk && distances(trunk, at, clouds.trunk),
      relearned: relearned && margins(relearned, classes, at).map((margin) => -margin),
    },
    cut: transplant && (cut ?? image),
    stem,
  };
  const read =
    rule.kind === 'calibrated' && transplant ? await askFurther(readings, rule, () => transplant) : readings;
  const scores = scoresOf(read, rule);
  return decide(lookUpPassedOver(read, nets, scores, rule), scores, rule, classes)[0]!;
}
