/** A run of pieces: `count` pieces from index `first`. */
export type PieceRange = readonly [first: number, count: number];

/** A block asked for: piece index, byte offset and length in the piece's ciphertext. */
export type BlockRange = readonly [piece: number, offset: number, length: number];

/** A set of pieces as runs, or as a slice of a bitfield from piece `first` (most significant bit first, spare bits zero). */
export type PieceSet =
  | { readonly ranges: readonly PieceRange[] }
  | { readonly first: number; readonly bits: Uint8Array };

/**
 * Swarm control messages (frame kind 2). `share` is the sender's own number of the share, a u16 that its `join`
 * introduced.
 */
export type SwarmMessage =
  | { readonly type: "join"; readonly share: number; readonly tag: Uint8Array; readonly proof: Uint8Array }
  /** `tag` answers a join that is unknown or badly proved (`share` 0); without it, the sender leaves its own `share`. */
  | { readonly type: "leave"; readonly share: number; readonly tag?: Uint8Array }
  /** `catalog`: the catalog may follow without being requested, if it is small (docs/protocol.md, section 10). */
  | { readonly type: "manifest-request"; readonly share: number; readonly offset: number; readonly catalog?: boolean }
  /** `catalog`: it does, as if it had been requested with this. */
  | {
      readonly type: "manifest";
      readonly share: number;
      readonly offset: number;
      readonly total: number;
      readonly bytes: Uint8Array;
      readonly catalog?: boolean;
    }
  | { readonly type: "have"; readonly share: number; readonly pieces: PieceSet }
  | { readonly type: "donthave"; readonly share: number; readonly pieces: PieceSet }
  | { readonly type: "interested"; readonly share: number }
  | { readonly type: "notinterested"; readonly share: number }
  | { readonly type: "choke"; readonly share: number }
  | { readonly type: "unchoke"; readonly share: number }
  /** `samples`: of the blocks received since the last request. */
  | {
      readonly type: "request";
      readonly share: number;
      readonly blocks: readonly BlockRange[];
      readonly samples: readonly DelaySample[];
    }
  | { readonly type: "cancel"; readonly share: number; readonly blocks: readonly BlockRange[] }
  | { readonly type: "reject"; readonly share: number; readonly blocks: readonly BlockRange[] }
  | { readonly type: "peers"; readonly share: number; readonly ids: readonly Uint8Array[] };

/** Of a block received: its `sentAt`, and ms from then to its arrival, by two clocks (their offset included). */
export type DelaySample = readonly [sentAt: number, delay: number];

/** Frame kind 3. `sentAt`: ms on the sender's clock, modulo 2^32. `payload` is a view of the received frame. */
export interface BlockMessage {
  readonly share: number;
  readonly piece: number;
  readonly offset: number;
  readonly sentAt: number;
  readonly payload: Uint8Array;
}
