import type { PieceHash } from "@starling/protocol";
import { createMemoryDisk, createMemoryStore, openIndexedDbStore, type PieceStore } from "../src/index.ts";
import type { Segment } from "../src/segment.ts";

/** How a stored piece is spoiled: a bit flipped, bytes cut off its end, its bytes gone, its row made nonsense. */
export type Damage = "flip" | "cut" | "lose" | "garble";

/** One database and what a test may do to it. Every store that `open` gives is closed by `dispose`. */
export interface StoreHarness {
  open(): Promise<PieceStore>;
  /** From now on bytes are refused for lack of room. */
  fill(): void;
  /** There is room again. */
  drain(): void;
  damage(hash: PieceHash, damage: Damage): Promise<void>;
  /** Segments kept, or null where there are none: nothing may stay behind when all pieces are gone. */
  segments(): Promise<number | null>;
  dispose(): Promise<void>;
}

export function memoryHarness(): StoreHarness {
  const disk = createMemoryDisk();
  let full = false;
  const options = {
    disk,
    get quotaBytes(): number {
      return full ? 1 : Number.POSITIVE_INFINITY;
    },
  };
  return {
    open: async () => createMemoryStore(options),
    fill: () => {
      full = true;
    },
    drain: () => {
      full = false;
    },
    damage: async (hash, damage) => {
      const bytes = disk.pieces.get(hash)!;
      if (damage === "flip") bytes[bytes.length >> 1]! ^= 1;
      else disk.pieces.set(hash, damage === "cut" ? bytes.slice(1) : new Uint8Array());
    },
    segments: async () => null,
    dispose: async () => undefined,
  };
}

let databases = 0;

/** As WebKit's private windows, which however say so a little later. */
function refuseBlobs(add: IDBObjectStore["add"]): IDBObjectStore["add"] {
  return function (this: IDBObjectStore, value, ...key) {
    if (value instanceof Blob) throw new DOMException("Error preparing Blob/File data to be stored", "UnknownError");
    return add.call(this, value, ...key);
  };
}

/** On whatever `indexedDB` is, which stores no Blobs. */
export function blobRefusingHarness(): StoreHarness {
  return indexedDbHarness(refuseBlobs);
}

/** On whatever `indexedDB` is: the browser's, or fake-indexeddb. Space runs out by a refused request. */
export function indexedDbHarness(change = (add: IDBObjectStore["add"]) => add): StoreHarness {
  const name = `store-test-${databases++}-${Math.random()}`;
  const opened: PieceStore[] = [];
  const add = IDBObjectStore.prototype.add;
  const drain = (): void => {
    IDBObjectStore.prototype.add = change(add);
  };
  drain();
  return {
    open: async () => {
      const store = await openIndexedDbStore(name);
      opened.push(store);
      return store;
    },
    fill: () => {
      IDBObjectStore.prototype.add = () => {
        throw new DOMException("No room.", "QuotaExceededError");
      };
    },
    drain,
    damage: (hash, damage) => withDatabase(name, (db) => damageRow(db, hash, damage)),
    segments: () => withDatabase(name, (db) => settle(db.transaction("segments").objectStore("segments").count())),
    dispose: async () => {
      IDBObjectStore.prototype.add = add;
      await Promise.all(opened.map((store) => store.close()));
      await settle(indexedDB.deleteDatabase(name));
    },
  };
}

/** Spoils a piece behind the store's back. */
async function damageRow(db: IDBDatabase, hash: PieceHash, damage: Damage): Promise<void> {
  const row = await settle(db.transaction("pieces").objectStore("pieces").get(hash));
  const segment: Segment = await settle(db.transaction("segments").objectStore("segments").get(row.segment));
  const bytes = segment instanceof Blob ? new Uint8Array(await segment.arrayBuffer()) : segment.slice();
  const written = (left: Uint8Array<ArrayBuffer>) => (segment instanceof Blob ? new Blob([left]) : left);
  bytes[row.offset + (row.length >> 1)]! ^= 1;
  const tx = db.transaction(["pieces", "segments"], "readwrite");
  const [pieces, segments] = [tx.objectStore("pieces"), tx.objectStore("segments")];
  if (damage === "flip") segments.put(written(bytes), row.segment);
  if (damage === "cut") segments.put(written(bytes.slice(0, row.offset + row.length - 1)), row.segment);
  if (damage === "lose") segments.delete(row.segment);
  if (damage === "garble") pieces.put({ hash, segment: "none", offset: -1 });
  await new Promise((resolve) => tx.addEventListener("complete", resolve));
}

export async function withDatabase<T>(name: string, use: (db: IDBDatabase) => Promise<T>): Promise<T> {
  const db = await settle(indexedDB.open(name));
  try {
    return await use(db);
  } finally {
    db.close();
  }
}

export function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
