import { getBit, type NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";

const FREE = 0;
const ASKED = 1;
const RECEIVED = 2;

/**
 * A piece being fetched. It usually belongs to one peer, which is asked for all its blocks; others join in only once
 * the owner is gone or nothing else is left.
 *
 * Invariants: `free` blocks are in state FREE, `missing` not in RECEIVED; a block in ASKED has at least one live request.
 */
export class BegunPiece {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly blockBytes: number;
  readonly blocks: number;
  /** Who sent each block. */
  readonly senders: (NodeId | null)[];
  owner: PeerState | null;
  /** A piece that failed before is fetched from its owner alone, so that a liar is known. */
  readonly exclusive: boolean;
  free: number;
  missing: number;
  verifying = false;
  /** Dropped: its blocks are no longer wanted. */
  dropped = false;
  readonly #state: Uint8Array;
  /** Live requests per block. */
  readonly #asked: Uint8Array;
  #firstFree = 0;

  constructor(index: number, length: number, blockBytes: number, owner: PeerState, exclusive: boolean) {
    this.index = index;
    this.bytes = new Uint8Array(length);
    this.blockBytes = blockBytes;
    this.blocks = Math.ceil(length / blockBytes);
    this.senders = new Array<NodeId | null>(this.blocks).fill(null);
    this.owner = owner;
    this.exclusive = exclusive;
    this.free = this.blocks;
    this.missing = this.blocks;
    this.#state = new Uint8Array(this.blocks);
    this.#asked = new Uint8Array(this.blocks);
  }

  /** Whether nobody is asked for a block and none has arrived. */
  get untouched(): boolean {
    return this.free === this.blocks;
  }

  offsetOf(block: number): number {
    return block * this.blockBytes;
  }

  lengthOf(block: number): number {
    return Math.min(this.blockBytes, this.bytes.length - block * this.blockBytes);
  }

  askedOf(block: number): number {
    return this.#asked[block] ?? 0;
  }

  received(block: number): boolean {
    return this.#state[block] === RECEIVED;
  }

  /** The first free block from `from` on; -1 if none. */
  nextFree(from: number): number {
    for (let block = Math.max(from, this.#firstFree); block < this.blocks; block++) {
      if (this.#state[block] === FREE) return block;
    }
    return -1;
  }

  /** One more live request for the block. */
  ask(block: number): void {
    if (this.#state[block] === FREE) {
      this.#state[block] = ASKED;
      this.free--;
      if (block === this.#firstFree) this.#firstFree++;
    }
    this.#asked[block] = this.askedOf(block) + 1;
  }

  /** A live request ended without its block. */
  unask(block: number): void {
    const asked = Math.max(0, this.askedOf(block) - 1);
    this.#asked[block] = asked;
    if (asked > 0 || this.#state[block] !== ASKED) return;
    this.#state[block] = FREE;
    this.free++;
    this.#firstFree = Math.min(this.#firstFree, block);
  }

  /** Takes the block's bytes. The caller has checked that it is not received yet. */
  receive(block: number, payload: Uint8Array, sender: NodeId): void {
    if (this.#state[block] === FREE) this.free--;
    this.#state[block] = RECEIVED;
    this.bytes.set(payload, this.offsetOf(block));
    this.senders[block] = sender;
    this.missing--;
  }
}

/** Forgets a begun piece and what arrived of it; it may be begun again if it is still missing. */
export function dropBegun(ctx: Context, share: ShareState, begun: BegunPiece): void {
  finishBegun(ctx, share, begun);
  begun.dropped = true;
  const content = share.content;
  if (content !== null && getBit(content.missing, begun.index)) content.picker.insert(begun.index);
}

/** The piece is whole or dropped: its memory is no longer ours. */
export function finishBegun(ctx: Context, share: ShareState, begun: BegunPiece): void {
  if (!share.begun.delete(begun.index)) return;
  share.open.delete(begun);
  ctx.begunBytes -= begun.bytes.length;
}
