/** What a repair has said of itself that tells of a GPU. */
export interface RepairLog {
  /** Whether TensorFlow has made a device of a GPU. */
  readonly onGpu: boolean;
  /** How far p-values are from those of wasm, in its own words; undefined where nothing was said. */
  readonly apart: string | undefined;
}

/** Reads what `goodnet demo --verbose` has printed, and TensorFlow's log. */
export function readRepairLog(told: string): RepairLog {
  const parted = /part: \d+ of \d+ calibration images/.exec(told)?.[0];
  return {
    onGpu: /Created device \/job:localhost.*device:GPU/.test(told),
    apart: parted ?? /p-values of this engine and of wasm: .*/.exec(told)?.[0],
  };
}
