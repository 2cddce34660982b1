import { transplant as kind } from '../../../models/detector/evidence/transplant';
import type { Transplant } from '../../../models/detector/nets';
import type { Fitter } from './fitter';

/** Draws the hosts, where any may be kept; images are cut until it is known whether features are. */
export const transplant: Fitter<Transplant, Transplant> = {
  fit: ({ plan: { drawHosts, fit } }) => drawHosts && { from: 'image', ...drawHosts(fit) },
  open: (hosts, _, nets) => kind.open(hosts, nets),
  part: (hosts) => hosts,
};
