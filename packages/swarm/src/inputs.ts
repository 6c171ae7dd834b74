import type { BlockMessage, NodeId, PieceRange, Root, SwarmMessage } from "@starling/protocol";

/** A piece's ciphertext, by its place in the manifest. */
export interface MadePiece {
  readonly piece: number;
  readonly bytes: Uint8Array;
}

export type SwarmInput =
  /**
   * A share takes part from now on: fetched, served or both. `manifest` null: get it from peers first. `have`: bitfield of
   * verified and stored pieces, most significant bit first. `wanted`: pieces to fetch; beside them only those of readers
   * (`deadlines`) are ever requested.
   */
  | {
      readonly type: "add";
      readonly root: Root;
      readonly manifest: Uint8Array | null;
      readonly have: Uint8Array | null;
      readonly wanted: readonly PieceRange[];
      /** As in `want`. */
      readonly early?: readonly number[];
      readonly paused: boolean;
    }
  /**
   * Replaces the whole selection. Pieces begun outside it are dropped; verified ones are kept and served. `early`: pieces
   * of it that go before all others (once the catalog is here), so that a film can be played before it is whole.
   */
  | {
      readonly type: "want";
      readonly root: Root;
      readonly wanted: readonly PieceRange[];
      readonly early?: readonly number[];
    }
  /**
   * A reader (any number that names it) needs these pieces in order: the first `due` ms from now, each further one `every`
   * ms later; at most {@link MAX_DEADLINES}. They are fetched beside the selection and before all else. Replaces what this
   * reader needed before; a count of 0 keeps it (and the share's links) waiting; `range` null: it is done.
   */
  | {
      readonly type: "deadlines";
      readonly root: Root;
      readonly reader: number;
      readonly range: PieceRange | null;
      readonly due: number;
      readonly every: number;
    }
  /** Stops fetching and serving this share; its links are released. */
  | { readonly type: "pause"; readonly root: Root }
  | { readonly type: "resume"; readonly root: Root }
  | { readonly type: "remove"; readonly root: Root }
  /** Answer to `find-providers`, and any other hint of who may have the share (link hints, peer exchange outside). */
  | { readonly type: "providers"; readonly root: Root; readonly peers: readonly NodeId[] }
  /** Our hello went out over a new link and the peer's is awaited: joins may go behind ours. As `link-up`, which follows. */
  | {
      readonly type: "link-opening";
      readonly peer: NodeId;
      readonly localNonce: Uint8Array;
      readonly remoteNonce: Uint8Array;
    }
  /** A link passed hello. The nonces (32 bytes each) bind our joins to this link. */
  | {
      readonly type: "link-up";
      readonly peer: NodeId;
      readonly localNonce: Uint8Array;
      readonly remoteNonce: Uint8Array;
    }
  | { readonly type: "link-down"; readonly peer: NodeId }
  /** What a packet and its answer take on the link, ms, as the browser measures it apart from the page. */
  | { readonly type: "path"; readonly peer: NodeId; readonly roundTripMs: number }
  /** `queuedBytes`: what the link's channels hold now, if that was asked; it is due with each request. */
  | {
      readonly type: "message";
      readonly peer: NodeId;
      readonly message: SwarmMessage;
      readonly queuedBytes?: number;
    }
  | { readonly type: "block"; readonly peer: NodeId; readonly block: BlockMessage }
  /** The link's send queue fell below its low-water mark; `queuedBytes` still wait. */
  | { readonly type: "flushed"; readonly peer: NodeId; readonly queuedBytes: number }
  /** Result of `verify`. */
  | { readonly type: "verified"; readonly root: Root; readonly piece: number; readonly ok: boolean }
  /** Result of `store`: written, or refused (`quota` pauses fetching until `resume`). */
  | { readonly type: "stored"; readonly root: Root; readonly pieces: readonly number[] }
  | {
      readonly type: "store-failed";
      readonly root: Root;
      readonly pieces: readonly number[];
      readonly reason: "quota" | "unavailable";
    }
  /** Result of `load`; null: the piece is missing, corrupt or its file changed, so it is withdrawn (`donthave`). */
  | { readonly type: "loaded"; readonly root: Root; readonly piece: number; readonly bytes: Uint8Array | null }
  /** Pieces of a share that was just made, which are likely to be asked for next: kept in memory as far as it has room. */
  | { readonly type: "made"; readonly root: Root; readonly pieces: readonly MadePiece[] }
  /** Limits of a share, or of all together (`root` null), in bytes of blocks per second; null: none. */
  | {
      readonly type: "limit";
      readonly root: Root | null;
      readonly up: number | null;
      readonly down: number | null;
    }
  /** Every 50 ms while a limit is set: what it held back may go on. */
  | { readonly type: "pulse" }
  | { readonly type: "tick" };

/** Inputs of one share, which mean nothing unless it takes part. */
export type ShareInput = Exclude<Extract<SwarmInput, { readonly root: Root }>, { readonly type: "add" }>;
