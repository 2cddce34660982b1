import type { OnnxInput, OnnxRuntime } from '../../../../models/engine/onnx';
import { scaledPixels } from '../../../../models/pixels';
import type { PlainDetector } from './session';

/** What a detector asked of ONNX Runtime at once. */
interface Pass {
  /** All of every image; B's views; or pieces of images, on hosts. */
  readonly kind: 'all' | 'views' | 'pieces';
  readonly inputs: Readonly<Record<string, OnnxInput>>;
}

/** Notes the passes of the one detector that is loaded from now on. @returns what notes those that `asks` makes */
export function notePasses(onnx: OnnxRuntime): (asks: () => Promise<unknown>) => Promise<readonly Pass[]> {
  let passes: Pass[] = [];
  let opened = 0;
  const { open } = onnx;
  Object.assign(onnx, {
    open: async (file: Uint8Array) => {
      const isFirst = opened++ === 0;
      const session = await open(file);
      return {
        ...session,
        run(inputs: Pass['inputs']) {
          passes.push({ kind: isFirst ? 'all' : 'cut' in inputs ? 'pieces' : 'views', inputs });
          return session.run(inputs);
        },
      };
    },
  });
  return async (asks) => {
    passes = [];
    await asks();
    return passes;
  };
}

/**
 * What does passes again with plain nets, which know nothing of pieces: they are given as many rows.
 * @param pieces that are asked of an image
 */
export function again(
  passes: readonly Pass[],
  { nets, run, bad, head }: PlainDetector,
  pieces: number,
): () => Promise<void> {
  const steps = passes.map(({ kind, inputs }) => {
    if (kind === 'pieces') {
      const { cut, hosts } = inputs as Record<'cut' | 'hosts', { values: Float32Array; shape: number[] }>;
      const each = pieces * hosts.shape[0]!;
      const size = cut.values.length / cut.shape[0]!;
      const rows = new Float32Array(cut.values.length * each);
      for (let at = 0; at < rows.length; at += size) {
        const image = Math.floor(at / size / each);
        rows.set(cut.values.subarray(image * size, (image + 1) * size), at);
      }
      return () => head(rows, cut.shape[0]! * each);
    }
    const { values, shape } = inputs.images as { values: Float32Array; shape: number[] };
    const images = scaledPixels(values, nets.shape.channels, nets.pixels);
    return kind === 'all' ? () => run(images, shape[0]!) : () => bad(images, shape[0]!);
  });
  return async () => {
    for (const step of steps) await step();
  };
}
