import {
  type Catalog,
  type CatalogFile,
  type ContentKeys,
  deriveContentKeys,
  equalBytes,
  type Manifest,
  manifestHash,
  pieceSpan,
  plainPieceSize,
} from "@starling/protocol";
import type { PieceStore } from "@starling/store";
import { decryptPiece, encryptPiece, sha256 } from "./piece-crypto.ts";
import { readSlice } from "./prepare.ts";
import type { SourceFile } from "./sources.ts";

/** What happened to a piece that could not be read. */
export type Unreadable = "missing" | "file-changed";

/** Reads the pieces of one listed share: ciphertext for peers, plaintext for its user. */
export class Content {
  readonly manifest: Manifest;
  readonly catalog: Catalog;
  readonly #keys: ContentKeys;
  readonly #store: PieceStore;
  readonly #plainSize: number;
  /** The user's files by position in the catalog, for a share that is not copied into the store. */
  readonly sources = new Map<number, SourceFile>();

  constructor(manifest: Manifest, catalog: Catalog, unlocked: Uint8Array, store: PieceStore) {
    this.manifest = manifest;
    this.catalog = catalog;
    this.#keys = deriveContentKeys(unlocked);
    this.#store = store;
    this.#plainSize = plainPieceSize(catalog.pieceSize);
  }

  get plainSize(): number {
    return this.#plainSize;
  }

  /** Ciphertext of manifest piece `piece`; made from the user's file, where one is attached, and compared with the manifest. */
  async encrypted(piece: number, fileIndex: number): Promise<Uint8Array | Unreadable> {
    const source = piece < this.manifest.catalogPieces ? undefined : this.sources.get(fileIndex);
    if (!source) return this.#stored(piece);
    try {
      const made = await encryptPiece(this.#keys.contentKey, await this.#slice(source, fileIndex, piece));
      return made.hash === manifestHash(this.manifest, piece) ? made.bytes : "file-changed";
    } catch {
      return "file-changed";
    }
  }

  /**
   * Plaintext of content piece `index` (counted from 0 after the catalog's pieces). `waiting`: its verified ciphertext,
   * where that is not in the store yet.
   */
  async plain(index: number, fileIndex: number, waiting: Uint8Array | null): Promise<Uint8Array | Unreadable> {
    const piece = index + this.manifest.catalogPieces;
    const plainHash = this.catalog.plain.subarray(index * 32, index * 32 + 32);
    const source = this.sources.get(fileIndex);
    if (source) return this.#plainFromFile(source, fileIndex, piece, plainHash);
    const bytes = waiting ?? (await this.#stored(piece));
    return typeof bytes === "string" ? bytes : decryptPiece(this.#keys.contentKey, plainHash, bytes);
  }

  /** The user's own file, while it is attached. */
  wholeFile(fileIndex: number): File | null {
    return this.sources.get(fileIndex)?.file ?? null;
  }

  file(index: number): CatalogFile {
    const file = this.catalog.files[index];
    if (!file) throw new RangeError(`no file ${index} in this catalog`);
    return file;
  }

  async #plainFromFile(
    source: SourceFile,
    fileIndex: number,
    piece: number,
    plainHash: Uint8Array,
  ): Promise<Uint8Array | Unreadable> {
    try {
      const bytes = await this.#slice(source, fileIndex, piece);
      return equalBytes(await sha256(bytes), plainHash) ? bytes : "file-changed";
    } catch {
      return "file-changed";
    }
  }

  async #stored(piece: number): Promise<Uint8Array | Unreadable> {
    const result = await this.#store.read(manifestHash(this.manifest, piece));
    return result.ok ? result.bytes : "missing";
  }

  #slice(source: SourceFile, fileIndex: number, piece: number): Promise<Uint8Array> {
    const { size, first } = this.file(fileIndex);
    const { start, end } = pieceSpan(size, this.#plainSize, piece - this.manifest.catalogPieces - first);
    return readSlice(source, start, end);
  }
}
