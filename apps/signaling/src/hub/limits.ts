/** Limits of the hub that a host may change. All others are constants. */
export interface HubLimits {
  /** Messages per second that a socket may send in the long run. */
  readonly messagesPerSecond: number;
  /** Messages that a socket may send at once. */
  readonly burst: number;
  /** Sockets of one address (an IPv6 /64 counts as one). */
  readonly socketsPerAddress: number;
  /** Time from opening to a proved identity, in ms. */
  readonly helloTimeoutMs: number;
}

/**
 * Setting up one connection takes a node about ten messages, so a burst of 100 lets ten set-ups begin at once; an
 * address holds 200 sockets because schools and offices stand behind one.
 */
export const DEFAULT_HUB_LIMITS: HubLimits = {
  messagesPerSecond: 10,
  burst: 100,
  socketsPerAddress: 200,
  helloTimeoutMs: 5_000,
};

/** Random peers, and peers nearest to an id, in one `welcome` or `peers`. */
export const RANDOM_PEERS = 8;
export const NEAREST_PEERS = 8;
