/** Constants of routing. Times in ms on the machine's clock. Sources: docs/overlay.md, unless another is named. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Nearest full nodes that a node is linked with. */
export const SIBLINGS = 8;
/** Links that each bucket should have. */
export const BUCKET_LINKS = 2;
/** Links of the overlay, counted in both directions; transfers have 40 more. */
export const MAX_OVERLAY_LINKS = 48;
/** The same from so many nodes on, as this one judges their number: there are more buckets to keep. */
export const LARGE_OVERLAY_LINKS = 56;
export const LARGE_NETWORK = 50_000;
/** Below this share of {@link LARGE_NETWORK} the network is no longer large: the judgement wavers as siblings change. */
export const SMALLER_SHARE = 0.8;
/** Buckets, from the farthest, whose best links are never trimmed: without them no look-up leaves the own part of the ids. */
export const PROTECTED_BUCKETS = 2;

/** Back-off of a contact whose dial failed: grows ever faster from the first to the second. */
export const BACK_OFF_MIN = 5 * SECOND;
export const BACK_OFF_MAX = 10 * MINUTE;
/** A dial that was not heard of again ends after so long: connect gives up by then. */
export const DIAL_TIMEOUT = 40 * SECOND;
/** Dials at once, and in {@link DIAL_WINDOW} once settled. */
export const DIALS_AT_ONCE = 6;
export const DIALS_SETTLED = 20;
export const DIAL_WINDOW = 10 * MINUTE;
/** So long after its first link a node counts as settled. */
export const SETTLING = 2 * MINUTE;
/** Chrome allows about 500 RTCPeerConnections in a tab's life: dials that end first, and all dials of the overlay. */
export const OPTIONAL_DIALS_END = 350;
export const DIALS_END = 450;

/** A leaf becomes full after so long, with so many links. */
export const LEAF_TIME = MINUTE;
export const FULL_LINKS = 4;
/** Full nodes that a leaf stays linked with; they deliver to it. */
export const LEAF_LINKS = 2;

/** Hops of the fast path, per-hop state, wait for a hop's ack (or three round trips), neighbours tried for one hop. */
export const HOP_STATE = 15 * SECOND;
export const MAX_HOP_STATES = 4_096;
export const ACK_WAIT = 300;
export const ACK_ROUND_TRIPS = 3;
export const HOP_TRIES = 3;
/** Wait for an answer by the fast path. */
export const FAST_WAIT = 800;
/** An exact request that nobody nearer takes may still go to a farther node this early: young networks are chains. */
export const SIDEWAYS_HOPS = 3;

/** Sure path: parallel queries and nodes asked (Maymounkov and Mazières, 2002), queries of one look-up, wait for each. */
export const ALPHA = 3;
export const LOOKUP_K = 8;
export const MAX_QUERIES = 60;
export const QUERY_WAIT = 1_500;
/** Strands of a look-up, and the nearest nodes of each that must answer (S/Kademlia has 4 to 8 disjoint paths). */
export const STRANDS = 4;
export const STRAND_K = 4;
/** A look-up goes on while its nearest nodes lie so many times farther than k nodes in n should. */
export const SPARSE = 2;
/** A query without an answer for so long no longer counts among the {@link ALPHA} under way. */
export const QUERY_SLOW = 500;
/** Ways to one node that a look-up remembers, and nodes. */
export const MAX_PATHS = 3;
export const MAX_CANDIDATES = 64;
/** Look-ups at once; further ones fail. */
export const MAX_LOOKUPS = 64;

/** Idle time before a ping, wait for its answer, and answers missed before the link is dead. */
export const PING_AFTER = 15 * SECOND;
export const PING_WAIT = 5 * SECOND;
export const MAX_MISSES = 2;
/** A gap in the machine's time that means that the page slept. */
export const CLOCK_JUMP = 10 * SECOND;
/** A frozen neighbour keeps its link so long without answering. */
export const FROZEN_PATIENCE = 10 * MINUTE;

/** Siblings that a settled node asks in one exchange, in turn: their views overlap. */
export const EXCHANGE_SIBLINGS = 4;
/** Between exchanges with siblings: usually, and once nothing has changed for {@link STABLE_AFTER}. */
export const EXCHANGE_INTERVAL = 30 * SECOND;
export const EXCHANGE_STABLE = 4 * MINUTE;
export const STABLE_AFTER = MINUTE;
/** A thin bucket is looked through at most so often. */
export const REFRESH_INTERVAL = 5 * MINUTE;
/** The first look-ups of a bucket may follow one another so quickly. */
export const REFRESH_FIRST = 10 * SECOND;
/** Healing: once in this time, with a chance of min(1, {@link HEAL_SHARE} / n). */
export const HEAL_INTERVAL = 5 * MINUTE;
export const HEAL_SHARE = 20;
/** Overlay links that make the server needless. */
export const SERVERLESS_LINKS = 4;
/** Between questions to the server by a node without a link: jittered, doubling. */
export const ASK_MIN = 2 * SECOND;
export const ASK_MAX = 2 * MINUTE;
/** Nodes that a server or a refusing node may name at once. */
export const MAX_NAMED = 32;

/** A connection message: when a second way is tried, a third, and when it is given up. */
export const SECOND_WAY = 2 * SECOND;
export const THIRD_WAY = 4 * SECOND;
export const CARRY_TIMEOUT = 10 * SECOND;
/** Connection messages and messages of the user under way at once. */
export const MAX_CARRIES = 256;
export const MAX_SENDS = 64;

/** Relaying for one source over one link: bytes a second (with bursts of 2 s) and new addressees of connection messages a minute. */
export const RELAY_RATE = 64 * 1024;
export const RELAY_BURST = 2 * RELAY_RATE;
export const RELAY_SESSIONS = 10;
export const MAX_RELAY_SOURCES = 64;
/** Bad signatures that end a link. */
export const MAX_BAD_SIGNATURES = 3;

/** Between saves of contacts. */
export const SAVE_INTERVAL = 10 * SECOND;
/** A message is refused when its time is further off; its id is remembered as long. */
export const MESSAGE_LIFE = 5 * MINUTE;
export const MAX_MESSAGE_IDS = 4_096;
