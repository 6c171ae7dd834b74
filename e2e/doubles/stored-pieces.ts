import type { Page } from "playwright/test";

/** What a page's database holds as pieces, hashed anew. */
export interface StoredPieces {
  readonly count: number;
  readonly bytes: number;
  /** Addresses whose bytes hash to something else, or that have no bytes. */
  readonly wrong: readonly string[];
}

/** Damages content pieces in the app's database behind its back: one gets a bit flipped, another one loses its row. */
export function damagePieces(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await answer(indexedDB.open("starling"));
    const table = (name: string) => database.transaction(name, "readwrite").objectStore(name);
    const rows: { hash: string; segment: number; offset: number; length: number }[] = await answer(
      table("pieces").getAll(),
    );
    // The catalog's piece is shorter than full content pieces.
    const longest = Math.max(...rows.map(({ length }) => length));
    const [flipped, dropped] = rows.filter(({ length }) => length === longest);
    if (!flipped || !dropped) throw new Error("too few pieces to damage");
    const blob: Blob = await answer(table("segments").get(flipped.segment));
    const bytes = new Uint8Array(await blob.arrayBuffer());
    bytes[flipped.offset + 100] = (bytes[flipped.offset + 100] ?? 0) ^ 1;
    await answer(table("segments").put(new Blob([bytes]), flipped.segment));
    await answer(table("pieces").delete(dropped.hash));
    database.close();
  });
}

/** Dumps the pieces of the app's database (packages/store/src/schema.ts) with plain IndexedDB and hashes every one. */
export function dumpPieces(page: Page): Promise<StoredPieces> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    interface Row {
      readonly hash: string;
      readonly segment: number;
      readonly offset: number;
      readonly length: number;
    }
    const database = await answer(indexedDB.open("starling"));
    const tables = database.transaction(["pieces", "segments"]);
    const rows: Row[] = await answer(tables.objectStore("pieces").getAll());
    const keys = await answer(tables.objectStore("segments").getAllKeys());
    const segments = await answer(tables.objectStore("segments").getAll());
    database.close();
    const blobs = new Map<unknown, Blob>(keys.map((key, index) => [key, segments[index]]));
    const wrong: string[] = [];
    let bytes = 0;
    for (const { hash, segment, offset, length } of rows) {
      const content = await blobs
        .get(segment)
        ?.slice(offset, offset + length)
        .arrayBuffer();
      const digest = content ? new Uint8Array(await crypto.subtle.digest("SHA-256", content)) : new Uint8Array();
      const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      if (hex !== hash || content?.byteLength !== length) wrong.push(hash);
      bytes += content?.byteLength ?? 0;
    }
    return { count: rows.length, bytes, wrong };
  });
}
