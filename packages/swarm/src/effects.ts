import type { BlockMessage, NodeId, Root, SwarmMessage } from "@starling/protocol";

export type SwarmEffect =
  | { readonly type: "send"; readonly peer: NodeId; readonly message: SwarmMessage }
  | { readonly type: "send-block"; readonly peer: NodeId; readonly block: BlockMessage }
  /** Measure the round trip of packets to this peer, if the browser can; answer with `path`. */
  | { readonly type: "measure"; readonly peer: NodeId }
  /** Spread this peer's blocks over so many associations beside its link (0 to 3); those that are missing are opened. */
  | { readonly type: "lanes"; readonly peer: NodeId; readonly count: number }
  /** A breach of the protocol: end the link. `ban`: also refuse this peer for ten minutes. */
  | { readonly type: "drop"; readonly peer: NodeId; readonly reason: string; readonly ban: boolean }
  /** This share wants, or no longer wants, a link to this peer. */
  | { readonly type: "want-link"; readonly peer: NodeId; readonly root: Root }
  | { readonly type: "release-link"; readonly peer: NodeId; readonly root: Root }
  /** Ask whoever knows (link hints, server, overlay) for sources; answered by `providers`, possibly several times. */
  | { readonly type: "find-providers"; readonly root: Root }
  /** The whole manifest arrived and hashes to the root. */
  | { readonly type: "manifest"; readonly root: Root; readonly bytes: Uint8Array }
  /** Hash these bytes and compare with the manifest; answer with `verified`. */
  | { readonly type: "verify"; readonly root: Root; readonly piece: number; readonly bytes: Uint8Array }
  /**
   * Write a verified piece behind; answer with `stored` or `store-failed`. Its bytes are served from memory meanwhile.
   * `pieces`: all indexes of its address, `piece` the lowest.
   */
  | {
      readonly type: "store";
      readonly root: Root;
      readonly piece: number;
      readonly pieces: readonly number[];
      readonly bytes: Uint8Array;
    }
  /** Read a piece that we have, for upload; answer with `loaded`. */
  | { readonly type: "load"; readonly root: Root; readonly piece: number }
  /** These pieces became verified (the one just fetched and all others of the same address). */
  | { readonly type: "have"; readonly root: Root; readonly pieces: readonly number[] }
  /** These pieces were withdrawn after a failed `load`; they are fetched again if wanted. */
  | { readonly type: "withdrawn"; readonly root: Root; readonly pieces: readonly number[] }
  /** Everything wanted is verified. */
  | { readonly type: "complete"; readonly root: Root }
  | { readonly type: "failed"; readonly root: Root; readonly reason: "no-honest-source" };
