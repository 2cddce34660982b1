import type { Limits } from '../limits';

/** What of the service its description depends on. */
export interface Described {
  /** Whether requests need a bearer token. */
  readonly needsToken: boolean;
  /** Whether requests must name this machine as their host. */
  readonly isForThisMachine?: boolean;
  readonly limits: Limits;
}
