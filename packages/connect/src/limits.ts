/** Times in milliseconds on the machine's clock. */

/** From the dial to the peer's accept; and on the other side from the intent to the offer. */
export const INTENT_TIMEOUT_MS = 10_000;
/**
 * A peer whose intent we accepted, and that does not go on for so long, is dialled all the same. Its intent may be one of
 * long ago: a page that slept reads what reached its socket before (measured: it stood still for ten seconds when it woke).
 * An offer takes a round trip and the making of a connection, some 100 ms; the value was not varied.
 */
export const ACCEPTED_PATIENCE_MS = 2_000;
/** From making the association to its open channel: description, answer and ICE. */
export const ICE_TIMEOUT_MS = 15_000;
/** From the open channel to both hellos. */
export const HELLO_TIMEOUT_MS = 5_000;
/** What was sent is sent again when nothing answered for so long; carriers may lose messages. */
export const RESEND_AFTER_MS = 3_000;
/** At most so many times a stage, so that a whole stage stays within {@link INTENT_TIMEOUT_MS}. */
export const MAX_RESENDS = 2;

/** A link that we dialled is closed when nobody here has wanted it for so long. */
export const LINGER_MS = 20_000;
/** The same when both sides had wanted it: the other may still, so give it time to close first. */
export const CROSSED_LINGER_MS = 300_000;
/** A link that stood for so long clears its peer's back-off; a shorter one counts as an attempt that failed. */
export const SETTLED_MS = 30_000;

/** Dials at once, from intent to hello (design: a dial costs 1 to 2 s and a peer connection). */
export const MAX_DIALS = 6;
/** Links to distinct peers: 48 of the overlay and 40 for transfers. */
export const MAX_LINKS = 88;
/**
 * Chrome allows about 500 peer connections in a page's lifetime, closed and failed ones included. From this many
 * created ones on, wants of importance `optional` are not dialled.
 */
export const OPTIONAL_DIALS_END = 350;
/** From this many on, only wants of importance `transfer` are dialled, and only peers that we want are accepted. */
export const DIALS_END = 450;

/** New sessions a source may begin in a minute (token bucket: as many at once, then one every 6 s). */
export const SESSIONS_PER_MINUTE = 10;
/** An association that came to nothing costs its source so many sessions more: associations are the scarce thing. */
export const FAILED_ASSOCIATION_COST = 2;
/** Sources whose rate is remembered; the one unseen for longest is forgotten. */
export const MAX_SOURCES = 1_024;
/** Incoming sessions without an association, over all peers; further ones of peers we do not want are ignored. */
export const MAX_HALF_OPEN = 64;
/** The same for one peer: a reload may begin a second one while the first still waits. The oldest gives way. */
export const MAX_HALF_OPEN_PER_PEER = 2;
/** Ids of incoming sessions remembered, so that a replayed intent is not accepted twice. */
export const MAX_REMEMBERED_SESSIONS = 1_024;
/** Bans remembered; the one that ends first is forgotten. */
export const MAX_BANS = 1_024;
/** Messages of one session that wait for the one before them. */
export const MAX_INBOX = 24;
/** Messages of one session that are looked at in all: bounds the signatures that a flood can make us verify. */
export const MAX_MESSAGES_PER_SESSION = 64;
/** Candidates of one session, each way. A host has some 4 to 20. */
export const MAX_SESSION_CANDIDATES = 48;

/** The bounds that a client may choose. */
export interface ConnectLimits {
  /** Links to distinct peers, attempts under way included. */
  readonly maxLinks: number;
  /** Dials at once. */
  readonly maxDials: number;
}

export const DEFAULT_LIMITS: ConnectLimits = { maxLinks: MAX_LINKS, maxDials: MAX_DIALS };
