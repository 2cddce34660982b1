import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file among the fixtures that PyTorch, or onnx.helper, wrote (test/fixtures/onnx/make.py). */
export function onnxFixture(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/onnx/${name}`, import.meta.url));
}

/** What ONNX Runtime answered to `testImages`, by the fixture's name. */
export function onnxAnswers(): Record<string, number[][]> {
  return JSON.parse(readFileSync(onnxFixture('expected.json'), 'utf8'));
}
