// Runs inside the page: writes and reads pieces through the store, or through a plainer layout to compare with.
import { type PieceHash, pieceHashFromBytes } from "@starling/protocol";
import { openIndexedDbStore, type StoredPiece } from "@starling/store";

/** `store` is the product's; the others keep one database row for each piece, of the type named. */
export type Layout = "store" | "Uint8Array rows" | "ArrayBuffer rows" | "Blob rows";

export interface Workload {
  readonly layout: Layout;
  readonly pieceBytes: number;
  readonly totalBytes: number;
  readonly batchBytes: number;
}

interface Subject {
  write(batch: readonly StoredPiece[]): Promise<void>;
  /** Bytes of the piece, hashed on the way. */
  read(hash: PieceHash): Promise<number>;
  close(): Promise<void>;
}

/** One after another, in runs of neighbours that are asked for together and begin anywhere, or each anywhere. */
export type ReadOrder = "in order" | "runs" | "random";

/** Reads under way at once, as when several peers are served. */
const READERS = 4;
/** What a peer asks for at once. */
const RUN_BYTES = 4 << 20;
/** Reads under way in a run: an uploader reads ahead this far. */
const RUN_READERS = 16;

let subject: Subject;
let pieces: StoredPiece[] = [];

/** Opens the database anew and makes the pieces, hashed, so that neither is measured. */
export async function prepare(workload: Workload): Promise<void> {
  const name = `bench-${workload.layout}-${Date.now()}`;
  subject = workload.layout === "store" ? await productStore(name) : await rowStore(name, workload.layout);
  pieces = [];
  for (let i = 0; i < workload.totalBytes / workload.pieceBytes; i++)
    pieces.push(await randomPiece(workload.pieceBytes));
}

/** Writes the pieces batch by batch, each after the one before; milliseconds. */
export async function write(workload: Workload): Promise<number> {
  const count = workload.batchBytes / workload.pieceBytes;
  const start = performance.now();
  for (let at = 0; at < pieces.length; at += count) await subject.write(pieces.slice(at, at + count));
  return performance.now() - start;
}

/** Reads every piece written; milliseconds. */
export async function read(order: ReadOrder): Promise<number> {
  const runs = order === "runs" ? shuffled(runsOf(RUN_BYTES)) : [order === "random" ? shuffled(pieces) : pieces];
  const readers = order === "runs" ? RUN_READERS : READERS;
  const start = performance.now();
  for (const run of runs) await readAll(run, readers);
  return performance.now() - start;
}

async function readAll(run: readonly StoredPiece[], readers: number): Promise<void> {
  const queue = run.values();
  const reader = async (): Promise<void> => {
    for (const { hash, bytes } of queue)
      if ((await subject.read(hash)) !== bytes.length) throw new Error("A piece is lost.");
  };
  await Promise.all(Array.from({ length: readers }, reader));
}

/** The pieces in their order, cut into runs of this many bytes. */
function runsOf(bytes: number): StoredPiece[][] {
  const count = Math.max(1, bytes / (pieces[0]?.bytes.length ?? 1));
  return Array.from({ length: Math.ceil(pieces.length / count) }, (_, i) => pieces.slice(i * count, (i + 1) * count));
}

/** A copy in random order, all orders alike likely. */
function shuffled<T>(items: readonly T[]): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const [item] = copy.splice(Math.floor(Math.random() * (i + 1)), 1);
    if (item !== undefined) copy.push(item);
  }
  return copy;
}

export async function finish(): Promise<void> {
  await subject.close();
  for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name);
}

async function randomPiece(length: number): Promise<StoredPiece> {
  const bytes = new Uint8Array(length);
  // getRandomValues gives at most 64 KiB at once.
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return { hash: pieceHashFromBytes(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))), bytes };
}

async function productStore(name: string): Promise<Subject> {
  const store = await openIndexedDbStore(name);
  return {
    write: async (pieces) => {
      const result = await store.write({ pieces, haves: [{ shareId: "bench", bits: new Uint8Array(128) }] });
      if (!result.ok) throw new Error(result.detail);
    },
    read: async (hash) => {
      const result = await store.read(hash);
      return result.ok ? result.bytes.length : -1;
    },
    close: () => store.close(),
  };
}

async function rowStore(name: string, layout: Layout): Promise<Subject> {
  const opening = indexedDB.open(name, 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("rows"));
  const db = await settle(opening);
  return {
    write: (pieces) => {
      const tx = db.transaction("rows", "readwrite", { durability: "relaxed" });
      for (const { hash, bytes } of pieces) tx.objectStore("rows").put(rowOf(bytes, layout), hash);
      return new Promise((resolve, reject) => {
        tx.addEventListener("complete", () => resolve());
        tx.addEventListener("abort", () => reject(tx.error));
      });
    },
    read: async (hash) => {
      const value: unknown = await settle(db.transaction("rows").objectStore("rows").get(hash));
      const bytes =
        value instanceof Blob ? await value.arrayBuffer() : (value as ArrayBuffer | Uint8Array<ArrayBuffer>);
      await crypto.subtle.digest("SHA-256", bytes);
      return bytes.byteLength;
    },
    close: async () => db.close(),
  };
}

function rowOf(bytes: Uint8Array, layout: Layout): unknown {
  if (layout === "Blob rows") return new Blob([bytes as Uint8Array<ArrayBuffer>]);
  return layout === "ArrayBuffer rows" ? bytes.buffer : bytes;
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
