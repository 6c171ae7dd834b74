/** The safeguards of records. All on; tests switch one off to show what it is there for. */
export interface RecordsPolicy {
  /** A strong read stores what it found at those that lacked it. */
  readonly readRepair: boolean;
  /** Holders forget what was not stored anew. */
  readonly expiry: boolean;
  /** Older versions never replace newer ones. */
  readonly sequenceCheck: boolean;
  /** Siblings compare what they hold. */
  readonly antiEntropy: boolean;
}

export const SAFE_POLICY: RecordsPolicy = { readRepair: true, expiry: true, sequenceCheck: true, antiEntropy: true };
