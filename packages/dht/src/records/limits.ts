import type { RecordType } from "@starling/protocol";

const KIB = 1024;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Replicas of a record: R of the design. */
export const REPLICAS = 8;
/** Holders that must have taken a record before its put is acknowledged: W. */
export const WRITE_QUORUM = 5;
/** Holders that a strong read asks; 5 + 4 > 8, so that it meets every acknowledged write (Gifford 1979). */
export const READ_QUORUM = 4;
/** A holder takes keys only for which it is among so many nearest that it knows. */
export const NEAR_NODES = 16;
/** A put that too few of the nearest took looks for others among so many. */
export const WIDE_LOOKUP = 16;

/** How long a record lives at a holder, how often its owner stores it anew, how many a key holds. */
export interface RecordRule {
  readonly life: number;
  readonly republish: number;
  /** Records of different publishers under one key. */
  readonly perKey: number;
  /** Records in one answer. */
  readonly page: number;
}

export const RULES: Readonly<Record<RecordType, RecordRule>> = {
  provider: { life: 30 * MINUTE, republish: 12 * MINUTE, perKey: 64, page: 20 },
  immutable: { life: 120 * MINUTE, republish: 60 * MINUTE, perKey: 1, page: 1 },
  mutable: { life: 120 * MINUTE, republish: 60 * MINUTE, perKey: 1, page: 2 },
  value: { life: 120 * MINUTE, republish: 60 * MINUTE, perKey: 16, page: 16 },
  topic: { life: 10 * MINUTE, republish: 4 * MINUTE, perKey: 64, page: 12 },
};

/** How far a record's time of signing may lie ahead of this node's judgement of the time. */
export const CLOCK_DRIFT = 120 * SECOND;
/** A record that was not stored anew for so long after it was due may have to make room for another. */
export const REPUBLISH_MARGIN = 2 * MINUTE;

/** Write tokens: the secret changes so often, and a token is honoured while this or the previous secret made it. */
export const SECRET_LIFE = 5 * MINUTE;

/** Questions that one identity may put over one link in a minute; bursts as large. */
export const PUTS_PER_MINUTE = 20;
export const GETS_PER_MINUTE = 60;
/** A link relays the questions of many. */
export const LINK_SHARE = 10;
/** Anti-entropy messages of one sibling in a minute, those with records aside. */
export const SYNCS_PER_MINUTE = 120;
/** Messages to this node, of one identity over one link, in a minute. */
export const MESSAGES_PER_MINUTE = 120;

/** Bytes held for one identity, and in all. */
export const IDENTITY_BYTES = 256 * KIB;
export const NODE_BYTES = 16 * KIB * KIB;
/** What a record is counted at beside its value: keys, signature, maps. */
export const RECORD_OVERHEAD = 256;

/** Room for records in one answer or anti-entropy message; the rest of a 16 KiB frame is for headers and paths. */
export const PAGE_BYTES = 12 * KIB;
/** Pages of one holder that a read takes. */
export const MAX_PAGES = 8;

/** Anti-entropy with each sibling. */
export const SYNC_INTERVAL = 2 * MINUTE;
/** Siblings that come and go together are answered at once the first time, then no sooner than this. */
export const SYNC_PAUSE = 5 * SECOND;
/** Nodes that are compared with for a key's sake, without being siblings. */
export const MAX_CO_REPLICAS = 8;
/** Versions in one list, and in one want. */
export const MAX_LISTED = 256;
export const MAX_WANTED = 128;
/** Records of one sibling whose signatures are being checked; more are ignored until then, to be wanted again. */
export const MAX_CHECKING = 256;

/** Bad signatures that end a link. */
export const MAX_BAD_SIGNATURES = 3;
/** Answers to puts that are kept for repeats, and for how long. */
export const MAX_REMEMBERED = 512;
export const REPEAT_LIFE = 30 * SECOND;

/** Operations of the user under way at once. */
export const MAX_OPERATIONS = 64;
/** Own records that are stored anew at once. */
export const MAX_REPUBLISHING = 4;
/** An own record that found no place is tried again after so long. */
export const REPUBLISH_RETRY = 30 * SECOND;
/** A provider search ends once so many proved themselves. */
export const ENOUGH_PROVIDERS = 20;

/** A message is refused when its time is further off; its id is remembered as long. */
export const MESSAGE_LIFE = 5 * MINUTE;
export const MAX_MESSAGE_IDS = 4096;
/** One in so many fast reads is followed by a strong one, which repairs. */
export const CHECKED_READS = 20;
/** Messages of one `publish` under way at once, and subscribers that one `anycast` tries. */
export const MAX_DELIVERING = 8;
export const MAX_TRIED = 6;
