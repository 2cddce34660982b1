import type { Manifest } from './manifest';

/** Where a bundle was put. */
export interface WrittenBundle {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Whether the very same bundle was there already. */
  readonly existed: boolean;
}
