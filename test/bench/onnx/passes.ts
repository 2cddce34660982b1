import type { OnnxRuntime } from '../../../models/engine/onnx';
import { openPlain, type PlainGraph } from './session';

/** One run of a graph. */
interface Pass {
  readonly file: Uint8Array;
  readonly rows: Float32Array;
  readonly shape: readonly number[];
}

/** Passes that are noted, and done again in plain onnxruntime-node. */
export interface Noted {
  /** Notes what `asks` has ONNX Runtime run. */
  note(asks: () => Promise<unknown>): Promise<readonly Pass[]>;
  /** Loads all graphs that have been loaded, and gives what does passes again. */
  again(threads: number): Promise<{ run(passes: readonly Pass[]): Promise<void>; close(): Promise<void> }>;
}

/** Notes from now on what graphs are loaded and run. */
export function notePasses(onnx: OnnxRuntime): Noted {
  const files: Uint8Array[] = [];
  let passes: Pass[] | undefined;
  const { open } = onnx;
  Object.assign(onnx, {
    open: async (file: Uint8Array) => {
      files.push(file);
      const session = await open(file);
      return {
        ...session,
        run(rows: Float32Array, shape: readonly number[]) {
          passes?.push({ file, rows: rows.slice(), shape });
          return session.run(rows, shape);
        },
      };
    },
  });
  return {
    async note(asks) {
      passes = [];
      await asks();
      const noted = passes;
      passes = undefined;
      return noted;
    },
    async again(threads) {
      const graphs = new Map<Uint8Array, PlainGraph>();
      for (const file of files) graphs.set(file, await openPlain(file, threads));
      return {
        async run(all) {
          for (const { file, rows, shape } of all) await graphs.get(file)!.run(rows, shape);
        },
        async close() {
          for (const graph of graphs.values()) await graph.close();
        },
      };
    },
  };
}
