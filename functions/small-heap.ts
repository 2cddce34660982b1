import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's heap small, for a process that answers for days and computes in WebAssembly: its young generation stays
 * as it begins (it would grow to 48 MiB of short-lived garbage), and code is compiled for size. To be called before
 * anything large is imported; measured with full-size nets after 1,300 requests, 171 MiB resident become 137 to 144
 * (Node 20).
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--optimize-for-size');
}
