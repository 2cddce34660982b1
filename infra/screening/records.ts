/** How verdicts on uploads are written down. */
export interface Records {
  /** Tags on the object itself. Default true. */
  readonly tags?: boolean;
  /** A JSON file for each object, under this prefix of the uploads bucket. Default `results`; false for none. */
  readonly results?: string | false;
  /** An event of source `goodnet` on the account's default bus. Default false. */
  readonly events?: boolean;
  /** Flagged objects are moved under this prefix. Default: they stay where they are. */
  readonly quarantine?: string;
}

/** Records with every choice made. */
export interface ChosenRecords {
  readonly tags: boolean;
  readonly results: string | undefined;
  readonly events: boolean;
  readonly quarantine: string | undefined;
}

/** @throws Error where nothing would be written down, or a prefix is not one */
export function chosenRecords(records: Records = {}): ChosenRecords {
  const { tags = true, results = 'results', events = false, quarantine } = records;
  const chosen = { tags, results: results === false ? undefined : results, events, quarantine };
  if (!tags && !chosen.results && !events) {
    throw new Error(
      'GoodNetScreening: verdicts are written nowhere. Take one of records.tags, results, events.',
    );
  }
  for (const prefix of [chosen.results, chosen.quarantine]) {
    if (prefix !== undefined && !/^[^/*?]+(\/[^/*?]+)*$/.test(prefix)) {
      throw new Error(
        `GoodNetScreening: "${prefix}" is no prefix. It has no slash at its ends, no * and no ?.`,
      );
    }
  }
  return chosen;
}
