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
import type { ImageShape } from '../../../../models/images/set';
import { CUT } from '../../../../models/nets/features';
import { scaledPixels } from '../../../../models/pixels';
import { resolveBundle } from '../../../../models/store/folder';
import type { Verdict } from '../../../../models/verdict';
import { openDetector } from '../onnx/session';

/** A bundle's nets on plain onnxruntime-node. */
export interface PeerDetector {
  readonly shape: ImageShape;
  /** What is said of an image, as the service says it. */
  answerOf(verdict: Verdict): string;
  /** @param pixels n × height × width × channels values of 0–255 */
  classify(pixels: Uint8Array, n: number): Promise<Verdict[]>;
}

/**
 * Opens a store's current bundle for a peer server. Its verdicts are ours: what is no net (scores, distances, the gallery) is our code.
 * @param threads of one run of the nets
 */
export async function openPeerDetector(store: string, threads: number): Promise<PeerDetector> {
  await startEngine({ engine: 'cpu' });
  const bundle = await startReading((await resolveBundle(store)).folder);
  const { manifest } = bundle;
  const { nets, parts } = await unpackNets(bundle);
  const readers = openReaders(nets, parts);
  const session = await openDetector(nets, parts, readers, threads);
  const { classes, shape } = nets;
  const calibration = Float32Array.from(manifest.calibration.scores);
  const rule: Rule =
    manifest.rule.kind === 'disagreement'
      ? { kind: 'disagreement', calibration }
      : { ...manifest.rule, alpha: manifest.alpha, calibration };
  const scaled = (pixels: Uint8Array | Float32Array) => scaledPixels(pixels, shape.channels, nets.pixels);
  const transplant = parts.transplant && (await loadTransplant(parts.transplant));

  async function loadTransplant({ from, hosts, count }: Transplant): Promise<LoadedTransplant> {
    const images = scaled(hosts);
    const cut =
      from === 'cut' ? (await session.run(images, count))[session.rows.get('transplant')!]! : images;
    const [, ...of] = from === 'cut' ? nets.bad.outputs[CUT]!.shape : nets.bad.inputs[0]!.shape;
    return { logits: session.head, shape: of as [number, number, number], classes, count, hosts: cut };
  }

  return {
    shape,
    answerOf: (verdict) =>
      JSON.stringify({ model: manifest.name, bundle: manifest.id, alpha: manifest.alpha, ...verdict }),
    async classify(pixels, n) {
      const images = scaled(pixels);
      const made = await session.run(images, n);
      const { bad, repaired, second, relearned, stem } = Object.fromEntries(
        Object.entries(session.outputs).map(([key, name]) => [key, made[name]]),
      );
      const rows = new Map(Array.from(session.rows, ([kind, name]) => [kind, made[name] ?? images] as const));
      const found = readingsOf({ bad: bad!, repaired, second, relearned, rows, stem }, readers, classes);
      const views = rule.kind === 'calibrated' ? rule.views : undefined;
      const by = {
        shape,
        classes,
        logits: (of: Float32Array, count: number) => session.bad(scaled(of), count),
      };
      const answered = views ? await answerWithViews(by, pixels, found.bad, views) : found.answered;
      const readings = { ...found, answered };
      const read =
        rule.kind === 'calibrated' && transplant
          ? await addTransplantEvidence(readings, rule, (...of) => transplantMargins(transplant, ...of))
          : readings;
      const scores = scoresOf(read, rule);
      return decide(lookUpWithoutNamedClass(read, nets, scores, rule), scores, rule, classes);
    },
  };
}
