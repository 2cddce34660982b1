import { readBundleFiles } from '../../models/bundle/read';
import type { Finding } from '../report/types';
import { findingForReport } from './words';

/** What the repair found about B, for a report; its pictures are read as checked files of the bundle. */
export async function findingOfBundle(folder: string): Promise<Finding | undefined> {
  const { manifest, read } = await readBundleFiles(folder);
  return manifest.finding && findingForReport(manifest.finding, manifest.classNames, read);
}
