/**
 * The library: repair a BadNet, look into one, keep bundles, and answer pictures with them. The command line and the service are made of it.
 * @module goodnet
 */
export type { Manifest } from '../models/bundle/manifest';
export type { Method } from '../models/bundle/methods';
export {
  BundleError,
  type ErrorKind,
  GoodNetError,
  ImageError,
  NetError,
  UsageError,
} from '../models/errors';
export { type ClassifyOptions, GoodNet, type LoadOptions, type Picture } from '../models/goodnet';
export { ImageRejected, type RejectReason } from '../models/images/decode/errors';
export type { Fit } from '../models/images/fit';
export type { ImageBatch, ImageSet, ImageShape } from '../models/images/set';
export type { ImageSize, NetDescription } from '../models/keras/types';
export type { PixelScaling } from '../models/pixels';
export type { Box, Located, NetAnswer, Place, Rendering, Verdict } from '../models/verdict';
export { version } from '../models/version';
export type { PlainNet } from './export/nets';
export type { ClassOrder } from './images/class-folders';
export { type Evaluated, type EvaluateOptions, evaluate } from './library/evaluate';
export { type Exported, type ExportOptions, exportNet } from './library/export-net';
export { inspect } from './library/inspect';
export { createKeys, type Seen, seenIn } from './library/keys';
export type { Net } from './library/net';
export { openImages, openNet } from './library/open-net-images';
export type { ImagesOptions, NetOptions, Watching } from './library/options';
export { type Repaired, type RepairOptions, repair } from './library/repair';
export { type ScanOptions, scan } from './library/scan';
export { type ScreenOptions, screen } from './library/screen';
export {
  type Migrated,
  type Migration,
  openStore,
  type PublishingOptions,
  type Store,
  type StoreContents,
  type StoredBundle,
  type StoreOptions,
  type WritingOptions,
} from './library/store';
export type { ProgressEvent } from './progress';
export type { Scan, ScanTarget } from './scan/types';
export type { RowFormat } from './screen/rows';
export type { ScreenTotals } from './screen/screen';
export type { ScreenRow } from './screen/screener';
