import { type Catalog, fileOfPiece, type PieceRange } from "@starling/protocol";
import { PathError } from "./errors.ts";

/**
 * Which files are wanted and how much of each is verified. Pieces are content pieces, counted from 0.
 *
 * Invariants: `bytesTotal` and `bytesVerified` are the sums over selected files; a file's verified bytes are the sum over
 * its verified pieces of their plaintext lengths.
 */
export class Selection {
  readonly #catalog: Catalog;
  readonly #plainSize: number;
  readonly #byPath: ReadonlyMap<string, number>;
  readonly #have: Uint8Array;
  readonly #verified: Float64Array;
  readonly #selected = new Set<number>();
  #bytesTotal = 0;
  #bytesVerified = 0;

  /** @param plainSize plaintext bytes of a full piece. */
  constructor(catalog: Catalog, plainSize: number) {
    this.#catalog = catalog;
    this.#plainSize = plainSize;
    this.#byPath = new Map(catalog.files.map((file, index) => [file.path.join("/"), index]));
    this.#have = new Uint8Array(catalog.plain.length / 32);
    this.#verified = new Float64Array(catalog.files.length);
  }

  get bytesTotal(): number {
    return this.#bytesTotal;
  }

  get bytesVerified(): number {
    return this.#bytesVerified;
  }

  get isEmpty(): boolean {
    return this.#selected.size === 0;
  }

  get isComplete(): boolean {
    return this.#bytesVerified === this.#bytesTotal;
  }

  /** Selected paths, in the catalog's order. */
  paths(): string[] {
    return [...this.#selected].sort((a, b) => a - b).map((index) => this.#catalog.files[index]?.path.join("/") ?? "");
  }

  /** Adds to the selection. Throws PathError for a path that is not in the share, before anything changes. */
  select(paths: readonly string[] | "all"): void {
    const indexes = paths === "all" ? this.#catalog.files.keys() : paths.map((path) => this.fileIndex(path));
    for (const index of indexes) {
      if (this.#selected.has(index)) continue;
      this.#selected.add(index);
      this.#bytesTotal += this.#catalog.files[index]?.size ?? 0;
      this.#bytesVerified += this.#verified[index] ?? 0;
    }
  }

  deselect(paths: readonly string[]): void {
    for (const index of paths.map((path) => this.fileIndex(path))) {
      if (!this.#selected.delete(index)) continue;
      this.#bytesTotal -= this.#catalog.files[index]?.size ?? 0;
      this.#bytesVerified -= this.#verified[index] ?? 0;
    }
  }

  /** Position in the catalog. Throws PathError. */
  fileIndex(path: string): number {
    const index = this.#byPath.get(path);
    if (index === undefined) throw new PathError(`There is no file “${path}” in this share.`);
    return index;
  }

  has(piece: number): boolean {
    return this.#have[piece] === 1;
  }

  /** Records pieces as verified (or, with `gained` false, as lost). Pieces known to be so already change nothing. */
  mark(pieces: readonly number[], gained: boolean): void {
    for (const piece of pieces) {
      if (this.#have[piece] === undefined || (this.#have[piece] === 1) === gained) continue;
      this.#have[piece] = gained ? 1 : 0;
      this.#addBytes(this.fileOf(piece), piece, gained ? 1 : -1);
    }
  }

  fileVerified(index: number): number {
    return this.#verified[index] ?? 0;
  }

  isFileComplete(index: number): boolean {
    return this.fileVerified(index) === this.#catalog.files[index]?.size;
  }

  /** Content pieces of all selected files, as ascending runs. */
  ranges(): PieceRange[] {
    const ranges: [number, number][] = [];
    for (const index of [...this.#selected].sort((a, b) => a - b)) {
      const { first, count } = this.#catalog.files[index] ?? { first: 0, count: 0 };
      const last = ranges.at(-1);
      if (count === 0) continue;
      if (last && last[0] + last[1] === first) last[1] += count;
      else ranges.push([first, count]);
    }
    return ranges;
  }

  /** Position in the catalog of the file that this content piece belongs to; -1 when there is no such piece. */
  fileOf(piece: number): number {
    return fileOfPiece(this.#catalog.files, piece) ?? -1;
  }

  #addBytes(index: number, piece: number, sign: 1 | -1): void {
    const file = this.#catalog.files[index];
    if (!file) return;
    const start = (piece - file.first) * this.#plainSize;
    const bytes = sign * (Math.min(file.size, start + this.#plainSize) - start);
    this.#verified[index] = (this.#verified[index] ?? 0) + bytes;
    if (this.#selected.has(index)) this.#bytesVerified += bytes;
  }
}
