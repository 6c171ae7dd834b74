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
export type WriteResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: "quota" | "unavailable"; readonly detail: string };

/** `corrupt`: the bytes no longer hash to the address; the row has been deleted. */
export type ReadResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: "missing" | "corrupt" | "unavailable" };

/** A node that this one was linked with or heard of: what is needed to reach it again at the next visit. */
export interface IdentityContact {
  readonly id: NodeId;
  readonly publicKey: Uint8Array | null;
  /** Ms since the epoch; 0 if never linked. */
  readonly lastSeen: number;
  /** A node through which it may be reached; null: the server. */
  readonly via: NodeId | null;
  /** Dials in a row that failed. */
  readonly failures: number;
}

/** A browser's node key: `seed` is the Ed25519 secret. Slot numbers start at 0. */
export interface IdentitySlot {
  readonly slot: number;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly nodeId: NodeId;
  readonly lastUsed: number;
  /** Kept with the identity, as what is near depends on the id. */
  readonly contacts?: readonly IdentityContact[];
  /** Highest sequence number signed under each overlay key (64 hex digits): none may be signed twice. */
  readonly numbers?: readonly { readonly key: string; readonly seq: number }[];
}

/**
 * Content-addressed pieces shared between shares, share records, have-sets and identity slots. Pieces are stored once
 * however many shares hold them. Several tabs may use one database at once.
 *
 * Methods that return no result of their own reject with StoreUnavailableError when the browser refuses. What is given
 * to a method must stay as it is until the method settles; what is given back belongs to the caller.
 *
 * What a have-set is worth: a piece that some record's `hashes` name is never freed, and removal looks at all records
 * in one transaction, so a have-set written after its record's `hashes` claims nothing that another tab's removal can
 * take away. Save the record first, then look which pieces are `present` and write. A have-set that claims too much
 * nevertheless (a row lost or damaged) is noticed at `read`, which answers `missing` or `corrupt`; the piece is then
 * withdrawn and fetched again. Nothing is ever served on the word of a have-set alone.
 */
export interface PieceStore {
  /**
   * Writes everything or nothing. Writing a piece that is there already is harmless. The bytes must hash to their
   * address.
   */
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
  /**
   * Deletes every piece that no record's `hashes` names and every have-set without a record: what tabs that died left
   * behind. Only while no tab prepares or fetches a share whose record has no `hashes` yet.
   */
  sweep(): Promise<WriteResult>;

  slots(): Promise<readonly IdentitySlot[]>;
  saveSlot(slot: IdentitySlot): Promise<WriteResult>;

  close(): Promise<void>;
}

/** The browser refused the database (private mode, a newer version in another tab, a failing disk) or it was closed. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  constructor(cause: unknown) {
    super(`The browser's storage is not available (${describe(cause)}). Reload the page.`, { cause });
  }
}

/** Name and message of whatever was thrown. */
export function describe(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? `${error.name}: ${error.message}` : String(error);
}
