/** What the choker looks at in one interested peer. Bytes of the last 20 s, times in ms. */
export interface ChokerPeer<Id> {
  readonly id: Id;
  readonly unchoked: boolean;
  /** When it was last unchoked (if it is) or choked; for a new peer, when it joined. */
  readonly since: number;
  readonly joinedAt: number;
  /** Useful bytes received from it. */
  readonly given: number;
  /** Pieces' worth of bytes that it took more than it gave, also before it left and came back. */
  readonly deficit: number;
  /** Pieces' worth of bytes sent to it since it was last unchoked. */
  readonly served: number;
  /** It unchoked us but sent nothing for 10 s. */
  readonly snubbing: boolean;
  /** It holds an optimistic slot. */
  readonly optimistic: boolean;
}

export interface ChokerOptions {
  readonly now: number;
  readonly slots: number;
  readonly optimistic: number;
  /** We fetch nothing: serve in turn rather than by what peers give. */
  readonly seeding: boolean;
  readonly random: () => number;
}

export interface Slots<Id> {
  readonly regular: ReadonlySet<Id>;
  readonly optimistic: ReadonlySet<Id>;
}

/** A challenger must give this many times more than a holder. */
const CHALLENGE = 1.2;
const OPTIMISTIC_MS = 30_000;
const SEED_TURN_MS = 30_000;
const SEED_TURN_PIECES = 20;
/** A peer is new for so long, and three times as likely to get an optimistic slot. */
const NEW_MS = 60_000;
/** Pieces of deficit that halve a peer's chance of an optimistic slot: enough to begin to give with. */
const CREDIT = 8;

/**
 * From interested peers to upload slots. Fetching: the best givers (tit-for-tat, Cohen 2003), and some at random so that
 * newcomers get a first piece. Seeding: turns of 20 pieces or 30 s, longest wait first.
 */
export function chooseSlots<Id>(peers: readonly ChokerPeer<Id>[], options: ChokerOptions): Slots<Id> {
  if (peers.length <= options.slots) return { regular: new Set(peers.map((peer) => peer.id)), optimistic: new Set() };
  if (options.seeding) return { regular: inTurn(peers, options), optimistic: new Set() };
  const regular = byMerit(peers, options.slots);
  const rest = peers.filter((peer) => !regular.has(peer.id));
  return { regular, optimistic: atRandom(rest, options) };
}

function byMerit<Id>(peers: readonly ChokerPeer<Id>[], slots: number): Set<Id> {
  const merit = (peer: ChokerPeer<Id>) => peer.given * (peer.unchoked && !peer.optimistic ? CHALLENGE : 1);
  const fit = peers.filter((peer) => !peer.snubbing);
  fit.sort((a, b) => merit(b) - merit(a) || Number(b.unchoked) - Number(a.unchoked) || a.since - b.since);
  return new Set(fit.slice(0, slots).map((peer) => peer.id));
}

function inTurn<Id>(peers: readonly ChokerPeer<Id>[], options: ChokerOptions): Set<Id> {
  const midTurn = (peer: ChokerPeer<Id>) =>
    peer.unchoked && options.now - peer.since < SEED_TURN_MS && peer.served < SEED_TURN_PIECES;
  const rank = (peer: ChokerPeer<Id>) => (midTurn(peer) ? 0 : peer.unchoked ? 2 : 1);
  // Who waits goes by longest wait; of those whose turn is over, who was served longest goes first.
  const order = (a: ChokerPeer<Id>, b: ChokerPeer<Id>) => (a.unchoked ? b.since - a.since : a.since - b.since);
  const sorted = [...peers].sort((a, b) => rank(a) - rank(b) || order(a, b));
  return new Set(sorted.slice(0, options.slots + options.optimistic).map((peer) => peer.id));
}

function atRandom<Id>(peers: readonly ChokerPeer<Id>[], options: ChokerOptions): Set<Id> {
  const chosen = new Set<Id>();
  const held = peers.filter((peer) => peer.optimistic && options.now - peer.since < OPTIMISTIC_MS);
  for (const peer of held.slice(0, options.optimistic)) chosen.add(peer.id);
  let rest = peers.filter((peer) => !chosen.has(peer.id));
  while (chosen.size < options.optimistic && rest.length > 0) {
    const id = weighted(rest, options);
    chosen.add(id);
    rest = rest.filter((peer) => peer.id !== id);
  }
  return chosen;
}

function weighted<Id>(peers: readonly ChokerPeer<Id>[], options: ChokerOptions): Id {
  const weight = (peer: ChokerPeer<Id>) => (options.now - peer.joinedAt < NEW_MS ? 3 : 1) / (1 + peer.deficit / CREDIT);
  let left = options.random() * peers.reduce((sum, peer) => sum + weight(peer), 0);
  let last = peers[0];
  for (const peer of peers) {
    last = peer;
    left -= weight(peer);
    if (left < 0) break;
  }
  if (last === undefined) throw new RangeError("no peer to choose from");
  return last.id;
}
