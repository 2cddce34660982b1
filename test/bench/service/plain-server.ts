/**
 * The benchmark's peer, `plain-server.ts STORE [--threads 1] [--without-nets]`: node:http, sharp and onnxruntime-node as
 * one would put them together, an image at a time. It makes the verdict of all evidence that every image is asked for; of
 * what some are asked further (transplanted halves, several views, the gallery) it is spared.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { unpackNets } from '../../../models/bundle/pack';
import { startReading } from '../../../models/bundle/read';
import { distances } from '../../../models/detector/mahalanobis';
import { answers, leaveOut, margins } from '../../../models/detector/margin';
import { decide, type Rule, scoresOf } from '../../../models/detector/rule';
import { startEngine } from '../../../models/engine';
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

async function pixelsOf(bytes: Buffer): Promise<Float32Array> {
  const { height, width, channels } = shape;
  const data = await sharp(bytes).autoOrient().resize({ height, width, fit: 'fill' }).raw().toBuffer();
  return Float32Array.from(data, (value, i) => value * factor[i % channels]! + offset[i % channels]!);
}

let first: Promise<Verdict> | undefined;

/** Without nets, that of the first image. */
function verdictOn(scaled: Float32Array): Promise<Verdict> {
  if (!values['without-nets']) return readVerdict(scaled);
  first ??= readVerdict(scaled);
  return first;
}

async function readVerdict(scaled: Float32Array): Promise<Verdict> {
  const { bad, repaired: own, relearned, expert, latent, trunk } = await session.run(scaled, 1);
  const answered = answers(bad!, classes);
  const at = answered.classes;
  const repaired = own ?? bad!;
  const readings = {
    bad: answered,
    answered,
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
    cut: undefined,
  };
  return decide(readings, scoresOf(readings, rule), rule, classes)[0]!;
}
