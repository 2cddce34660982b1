import type { Manifest } from '../../models/bundle/manifest';
import { UsageError } from '../../models/errors';

/** The nets of a bundle that take images and stand alone: B, and B′ where it is a net of its own. */
export const PLAIN_NETS = ['bad', 'repaired'] as const;
export type PlainNet = (typeof PLAIN_NETS)[number];

/** Where a bundle keeps such a net. @throws UsageError where it has none */
export function folderOfNet({ nets, method, id }: Manifest, net: PlainNet): string {
  const folders = { bad: nets.bad, repaired: nets.repaired?.folder };
  const folder = folders[net];
  if (folder !== undefined) return folder;
  const there = PLAIN_NETS.filter((each) => folders[each] !== undefined).join(', ');
  throw new UsageError(
    `The bundle ${id.slice(0, 16)} has no ${net} net that stands alone; it has: ${there}`,
    {
      code: 'BUNDLE_NET_MISSING',
      hint: `It was repaired by ${method}, which answers with the bad net and a detector together: goodnet serve, goodnet screen.`,
    },
  );
}
