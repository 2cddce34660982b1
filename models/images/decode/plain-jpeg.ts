import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { lazily } from './lazily';

const WASM = 'mozjpeg_dec.wasm';

interface Decoded {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8Array;
}

/** libjpeg (mozjpeg, of jSquash) in WebAssembly. */
interface Decoder {
  decode(bytes: Uint8Array, preserveOrientation: boolean): Decoded | null;
}

/** Decodes sequential JPEGs, their colours to RGBA. */
export class JpegDecoder {
  private started: Promise<Decoder> | undefined;
  /** Whether libjpeg has warned of the image at hand. */
  private isDoubtful = false;
  private readonly file = lazily(async () => await readFile(wasmFile()));

  /**
   * @returns undefined where its end is not where the file's is, or libjpeg makes something up for what is missing
   * @throws Error (any) where libjpeg gives up
   */
  async decode(bytes: Uint8Array): Promise<Decoded | undefined> {
    if (bytes.at(-2) !== 0xff || bytes.at(-1) !== 0xd9) return undefined;
    this.started ??= this.start();
    const { started } = this;
    try {
      const decoder = await started;
      this.isDoubtful = false;
      const decoded = decoder.decode(bytes, false);
      return this.isDoubtful || !decoded ? undefined : decoded;
    } catch (error) {
      // It broke off in the middle, and holds memory: the next image is given a new one.
      if (this.started === started) this.started = undefined;
      throw error;
    }
  }

  private async start(): Promise<Decoder> {
    const { default: start } = await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js');
    const options = {
      wasmBinary: await this.file(),
      noInitialRun: true,
      print() {},
      printErr: () => {
        this.isDoubtful = true;
      },
    };
    return (await start(options)) as unknown as Decoder;
  }
}

/** Beside this program where it carries its packages with it, else in the package. */
function wasmFile(): string {
  const beside = fileURLToPath(new URL(WASM, import.meta.url));
  if (existsSync(beside)) return beside;
  return createRequire(import.meta.url).resolve(`@jsquash/jpeg/codec/dec/${WASM}`);
}
