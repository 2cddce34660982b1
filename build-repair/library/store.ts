/** Stores of bundles, as the library has them. */
export type { StoreContents, StoredBundle } from '../../models/store/contents';
export type { Migrated, Migration } from '../../models/store/migrate';
export {
  openStore,
  type PublishingOptions,
  type Store,
  type StoreOptions,
  type WritingOptions,
} from '../../models/store/store';
