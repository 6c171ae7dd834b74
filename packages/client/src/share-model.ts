import {
  type Catalog,
  checkCatalogFits,
  decodeCatalog,
  decodeManifest,
  getBit,
  type Manifest,
  type NodeId,
  type PieceRange,
  type Root,
} from "@starling/protocol";
import type { PieceStore, WriteResult } from "@starling/store";
import type { FileInfo } from "./api.ts";
import { Content } from "./content.ts";
import type { ShareData } from "./record.ts";
import { Selection } from "./selection.ts";
import type { Totals } from "./traffic.ts";

/** At most this many hints are kept of the links that a share was opened by. */
const HINTS_KEPT = 8;

/** Pieces that are fetched early, at most: among hundreds of songs every receiver would fetch the same ones first. */
const MAX_EARLY = 64;

/** What a stream needs next: content pieces in order, the first in `due` ms, each further one `every` ms later. */
export interface Reading {
  readonly range: PieceRange;
  readonly due: number;
  readonly every: number;
}

/** What is known of one share: its record, and what follows from it. Does nothing by itself. */
export class ShareModel {
  readonly id: string;
  readonly #store: PieceStore;
  data: ShareData;
  manifest: Manifest | null = null;
  content: Content | null = null;
  selection: Selection | null = null;
  #files: readonly FileInfo[] = [];
  #folders: readonly string[] = [];
  /** What streams need now, by reader. */
  readonly readings = new Map<number, Reading>();
  #nextReader = 1;
  #lastSave: Promise<WriteResult | null> = Promise.resolve(null);

  constructor(id: string, data: ShareData, store: PieceStore) {
    this.id = id;
    this.#store = store;
    this.data = data;
    this.#derive();
  }

  get files(): readonly FileInfo[] {
    return this.#files;
  }

  get folders(): readonly string[] {
    return this.#folders;
  }

  get isListed(): boolean {
    return this.content !== null;
  }

  /** Protected, and the password is not known here. */
  get isLocked(): boolean {
    return this.manifest?.hasPassword === true && this.data.unlocked === null;
  }

  get wantsNothing(): boolean {
    return this.data.wanted !== "all" && this.data.wanted.length === 0;
  }

  /** A share of ours that is not copied into the store, and its files are not here. */
  get needsFiles(): boolean {
    const { mine, keep } = this.data;
    return mine && keep === "files" && this.#files.some(({ size }) => size > 0) && this.content?.sources.size === 0;
  }

  get root(): Root {
    if (this.data.root === null) throw new Error("this share is still being prepared");
    return this.data.root;
  }

  learnManifest(bytes: Uint8Array): void {
    this.data.manifest = bytes;
    this.#derive();
  }

  /** Throws DecodeError when the sharer made the catalog wrongly. */
  learnCatalog(bytes: Uint8Array): void {
    this.data.catalog = bytes;
    this.#derive();
    if (this.content?.catalog.title) this.data.title = this.content.catalog.title;
    else if (this.#files[0]) this.data.title = this.#files[0].path.split("/")[0] ?? "";
  }

  /** Another tab wrote the record. */
  replaceData(data: ShareData): void {
    const had = this.selection;
    this.data = data;
    this.#derive();
    if (had && this.selection) this.selection.mark(verifiedOf(had, this.content?.catalog), true);
  }

  /** Another tab counted these bytes; whoever runs the share next goes on from there. */
  followTotals({ bytesDownloaded, bytesUploaded }: Totals): void {
    this.data.bytesDownloaded = Math.max(this.data.bytesDownloaded, bytesDownloaded);
    this.data.bytesUploaded = Math.max(this.data.bytesUploaded, bytesUploaded);
  }

  addHints(hints: readonly NodeId[]): boolean {
    const merged = [...new Set([...this.data.hints, ...hints])].slice(0, HINTS_KEPT);
    const grew = merged.length > this.data.hints.length;
    this.data.hints = merged;
    return grew;
  }

  /** Names one more stream. */
  newReader(): number {
    return this.#nextReader++;
  }

  /** A stream needs these content pieces; null: nothing any more. */
  read(reader: number, reading: Reading | null): void {
    if (reading) this.readings.set(reader, reading);
    else this.readings.delete(reader);
  }

  /**
   * Manifest indexes that should be here: the catalog, and content that is selected. Files of ours that are not
   * copied into the store are not fetched into it either: they come back by being chosen again.
   */
  wantedRanges(): PieceRange[] {
    const { mine, keep } = this.data;
    const catalogPieces = this.manifest?.catalogPieces ?? 0;
    if (catalogPieces === 0 || this.isLocked) return [];
    const content = mine && keep === "files" ? [] : (this.selection?.ranges() ?? []);
    return [[0, catalogPieces], ...content.map(([first, count]): PieceRange => [first + catalogPieces, count])];
  }

  /** Manifest indexes of the first and last pieces of films and sound: what they are played by stands there. */
  earlyPieces(): number[] {
    const catalogPieces = this.manifest?.catalogPieces ?? 0;
    const pieces: number[] = [];
    for (const { first, count, type, size } of this.content?.catalog.files ?? []) {
      if (size === 0 || !/^(video|audio)\//.test(type ?? "")) continue;
      pieces.push(first + catalogPieces, first + count - 1 + catalogPieces);
      if (pieces.length >= MAX_EARLY) break;
    }
    return pieces;
  }

  /** Takes manifest indexes; those of the catalog do not count as content. */
  mark(pieces: readonly number[], gained: boolean): void {
    const catalogPieces = this.manifest?.catalogPieces ?? 0;
    this.selection?.mark(
      pieces.filter((piece) => piece >= catalogPieces).map((piece) => piece - catalogPieces),
      gained,
    );
  }

  /** Marks every manifest index that is set in a bitfield. */
  markBits(bits: Uint8Array): void {
    this.mark(setPieces(bits, this.manifest?.pieceCount ?? 0), true);
  }

  /** Resolves once all that was saved is written. */
  get written(): Promise<unknown> {
    return this.#lastSave;
  }

  /** Writes the record; writes of one share keep their order. */
  save(): Promise<WriteResult> {
    const record = { id: this.id, hashes: this.manifest?.hashes ?? null, data: { ...this.data } };
    const saved = this.#lastSave.then(() => this.#store.saveShare(record));
    this.#lastSave = saved;
    return saved;
  }

  #derive(): void {
    const { manifest, catalog, unlocked } = this.data;
    this.manifest = manifest ? (this.manifest ?? decodeManifest(manifest)) : null;
    this.#files = this.data.draft?.files ?? this.#files;
    this.#folders = this.data.draft?.folders ?? this.#folders;
    if (!this.manifest || !catalog || !unlocked || this.content) return this.#applyWanted();
    const decoded = decodeCatalog(catalog);
    checkCatalogFits(decoded, catalog.length, this.manifest);
    this.content = new Content(this.manifest, decoded, unlocked, this.#store);
    this.#files = decoded.files.map(({ path, size, type }) => ({ path: path.join("/"), size, type: type ?? "" }));
    this.#folders = decoded.folders.map((path) => path.join("/"));
    this.#applyWanted();
  }

  #applyWanted(): void {
    if (!this.content) return;
    this.selection = new Selection(this.content.catalog, this.content.plainSize);
    this.selection.select(this.data.wanted === "all" ? "all" : this.data.wanted.filter((path) => this.#knows(path)));
  }

  #knows(path: string): boolean {
    return this.#files.some((file) => file.path === path);
  }
}

function setPieces(bits: Uint8Array, count: number): number[] {
  const set: number[] = [];
  for (let piece = 0; piece < count; piece++) if (getBit(bits, piece)) set.push(piece);
  return set;
}

function verifiedOf(selection: Selection, catalog: Catalog | undefined): number[] {
  const pieces = catalog ? catalog.plain.length / 32 : 0;
  return Array.from({ length: pieces }, (_, piece) => piece).filter((piece) => selection.has(piece));
}
