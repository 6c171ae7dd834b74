import type { NodeId, PieceHash } from "@starling/protocol";

/** One piece's ciphertext under its address. */
export interface StoredPiece {
  readonly hash: PieceHash;
  readonly bytes: Uint8Array;
}

/**
 * What is kept of a share besides its pieces. The store reads `id` and `hashes` only; `data` is structured-cloned as it
 * is (so it may hold FileSystemFileHandles) and belongs to the client.
 */
export interface ShareRecord<Data = unknown> {
  readonly id: string;
  /** 32-byte piece addresses of the manifest, concatenated in piece order; null before the manifest is known. */
  readonly hashes: Uint8Array | null;
  readonly data: Data;
}

/** Pieces and the have-sets (bitfields, most significant bit first) that they belong to: one transaction. */
export interface WriteBatch {
  readonly pieces: readonly StoredPiece[];
  readonly haves: readonly { readonly shareId: string; readonly bits: Uint8Array }[];
}

/** Storage errors are values: `quota` means no room, `unavailable` anything else the browser refused. */
export type WriteResult = { readonly ok: true } | { readonly ok: false; readonly reason: "quota" | "unavailable"; readonly detail: string };

/** `corrupt`: the bytes no longer hash to the address; the row has been deleted. */
export type ReadResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: "missing" | "corrupt" | "unavailable" };

/** A browser's node key: `seed` is the Ed25519 secret. Slot numbers start at 0. */
export interface IdentitySlot {
  readonly slot: number;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly nodeId: NodeId;
  readonly lastUsed: number;
}

/**
 * Content-addressed pieces shared between shares, share records, have-sets and identity slots. Pieces are stored once
 * however many shares hold them. Several tabs may use one database at once.
 */
export interface PieceStore {
  /** Writes everything or nothing. Writing a piece that is there already is harmless. */
  write(batch: WriteBatch): Promise<WriteResult>;
  /** The piece, re-hashed on every read. */
  read(hash: PieceHash): Promise<ReadResult>;
  /** Which of these are stored, in the same order; does not re-hash. */
  present(hashes: readonly PieceHash[]): Promise<readonly boolean[]>;
  /** All addresses stored; for checks and dumps. */
  addresses(): Promise<readonly PieceHash[]>;

  shares(): Promise<readonly ShareRecord[]>;
  share(id: string): Promise<ShareRecord | null>;
  saveShare(record: ShareRecord): Promise<WriteResult>;
  have(shareId: string): Promise<Uint8Array | null>;
  /** Deletes the record, its have-set and every piece of it that no other record's `hashes` names: one transaction. */
  removeShare(id: string): Promise<WriteResult>;
  /** Deletes these pieces where no record's `hashes` names them; for an abandoned preparation. */
  discard(hashes: readonly PieceHash[]): Promise<WriteResult>;

  slots(): Promise<readonly IdentitySlot[]>;
  saveSlot(slot: IdentitySlot): Promise<WriteResult>;

  close(): Promise<void>;
}
