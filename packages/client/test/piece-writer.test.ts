import { pieceHashOf } from "@starling/protocol";
import { createMemoryDisk, createMemoryStore, type StoredPiece } from "@starling/store";
import { describe, expect, test } from "vitest";
import { StorageError } from "../src/errors.ts";
import { ContentCopy, type PieceSink, PieceWriter } from "../src/piece-writer.ts";

const MIB = 1024 * 1024;

/** The `n`th piece of a MiB: four of them are written at once. */
function piece(n: number): StoredPiece {
  const bytes = new Uint8Array(MIB).fill(n);
  return { hash: pieceHashOf(bytes), bytes };
}

const pieces = Array.from({ length: 20 }, (_, n) => piece(n));

/** A disk with this much room, and what was asked of its store. */
function diskOf(quotaBytes: number) {
  const disk = createMemoryDisk();
  return { disk, store: createMemoryStore({ disk, quotaBytes }) };
}

/** Adds as preparing does, several pieces in the air at once. */
async function addAll(copy: ContentCopy): Promise<void> {
  const queue = [...pieces];
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await copy.add(next);
  };
  await Promise.all([lane(), lane(), lane()]);
  await copy.finish();
}

describe("the copy of a share's content", () => {
  test("is kept whole where there is room", async () => {
    const { disk, store } = diskOf(20 * MIB);
    const copy = new ContentCopy(store, true);
    await addAll(copy);
    expect(copy.isKept).toBe(true);
    expect(disk.pieces.size).toBe(20);
  });

  test("is given up when the disk is full, leaves nothing behind, and makes room for the list of files", async () => {
    const { disk, store } = diskOf(10 * MIB);
    const copy = new ContentCopy(store, true);
    await addAll(copy);
    expect(copy.isKept).toBe(false);
    expect(disk.pieces.size).toBe(0);

    const list = new PieceWriter(store);
    await list.add(piece(99));
    await list.flush();
    await copy.undo();
    expect([...disk.pieces.keys()]).toEqual([piece(99).hash]);
  });

  test("leaves alone what another share has of the same content", async () => {
    const { disk, store } = diskOf(10 * MIB);
    const shared = [piece(1), piece(2)];
    const hashes = new Uint8Array(Buffer.from(shared.map(({ hash }) => hash).join(""), "hex"));
    await store.saveShare({ id: "other", hashes, data: null });
    await store.write({ pieces: shared, haves: [] });
    await addAll(new ContentCopy(store, true));
    expect([...disk.pieces.keys()].sort()).toEqual(shared.map(({ hash }) => hash).sort());
  });

  test("is not begun when none is wanted", async () => {
    const { disk, store } = diskOf(100 * MIB);
    const copy = new ContentCopy(store, false);
    await addAll(copy);
    expect(copy.isKept).toBe(false);
    expect(disk.pieces.size).toBe(0);
  });

  test("fails when the browser refuses for another reason than room", async () => {
    const broken: PieceSink = {
      write: async () => ({ ok: false, reason: "unavailable", detail: "broken disk" }),
      discard: async () => ({ ok: true }),
    };
    await expect(addAll(new ContentCopy(broken, true))).rejects.toMatchObject({ reason: "unavailable" });
  });
});

test("a list of files that finds no room is a StorageError, and is taken back", async () => {
  const { disk, store } = diskOf(5 * MIB);
  const list = new PieceWriter(store);
  for (const each of pieces.slice(0, 4)) await list.add(each);
  for (const each of pieces.slice(4, 7)) await list.add(each);
  await expect(list.flush()).rejects.toThrow(StorageError);
  await list.undo();
  expect(disk.pieces.size).toBe(0);
});
