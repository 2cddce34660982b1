import { unpackNets } from '../../../models/bundle/pack';
import { startReading } from '../../../models/bundle/read';
import { imageTensor } from '../../../models/detector/run';
import { imageSize } from '../../../models/images/set';
import { resolveBundle } from '../../../models/store/folder';
import type { Verdict } from '../../../models/verdict';
import { UnwrittenLayer } from './layers';
import { openOnnx } from './session';

/** A bundle's nets in onnxruntime-node. */
export interface Peer {
  /** Pixels as the nets take them. */
  scale(pixels: Uint8Array): Promise<Float32Array>;
  run(scaled: Float32Array, n: number): Promise<void>;
  /** @throws Error where it answers otherwise than we do: it would be no peer */
  check(scaled: Float32Array, verdicts: readonly Verdict[]): Promise<void>;
  close(): Promise<void>;
}

/** @returns undefined, saying why, where a layer of the nets can't be written */
export async function openPeer(store: string, threads: number): Promise<Peer | undefined> {
  const bundle = await startReading((await resolveBundle(store)).folder);
  const { nets, parts } = await unpackNets(bundle);
  const session = await openOnnx(nets, parts, threads).catch((error) => {
    if (!(error instanceof UnwrittenLayer)) throw error;
    console.log(`No comparison with onnxruntime-node: ${error.message}`);
  });
  if (!session) return undefined;
  const { shape, pixels: scaling, classes } = nets;
  return {
    async scale(pixels) {
      const images = imageTensor(pixels, pixels.length / imageSize(shape), shape, scaling);
      const values = (await images.data()) as Float32Array;
      images.dispose();
      return values;
    },
    async run(scaled, n) {
      await session.run(scaled, n);
    },
    async check(scaled, verdicts) {
      const { bad } = await session.run(scaled, verdicts.length);
      verdicts.forEach((verdict, i) => {
        const logits = bad!.subarray(i * classes, (i + 1) * classes);
        const named = logits[verdict.bad.class]!;
        if (logits.some((logit) => logit > named + 1e-3))
          throw new Error('onnxruntime-node does not answer as our nets do');
      });
    },
    close: session.close,
  };
}
