import type { PieceHash } from "@starling/protocol";
import fc from "fast-check";
import { expect } from "vitest";
import type { PieceStore, ReadResult } from "../src/index.ts";
import type { StoreHarness } from "./harness.ts";
import { piece, record } from "./samples.ts";

const PIECES = Array.from({ length: 8 }, (_, i) => piece(i + 1, 40 + i));
const SHARES = ["r", "s", "t"];

const pieceIndex = fc.nat(PIECES.length - 1);
const someIndices = fc.uniqueArray(pieceIndex, { maxLength: 4 });
const shareId = fc.constantFrom(...SHARES);

/** One operation on a store; see `apply` for what each means. */
const operation = fc.oneof(
  fc.record({ type: fc.constant("write" as const), pieces: someIndices, shareId, bits: fc.nat(255) }),
  fc.record({
    type: fc.constant("refused" as const),
    pieces: fc.uniqueArray(pieceIndex, { minLength: 1, maxLength: 3 }),
    shareId,
    bits: fc.nat(255),
  }),
  fc.record({ type: fc.constant("save" as const), shareId, names: fc.option(someIndices) }),
  fc.record({ type: fc.constant("remove" as const), shareId }),
  fc.record({ type: fc.constant("discard" as const), pieces: someIndices }),
  fc.record({
    type: fc.constant("damage" as const),
    piece: pieceIndex,
    damage: fc.constantFrom("flip" as const, "garble" as const),
  }),
  fc.record({ type: fc.constant("read" as const), piece: pieceIndex }),
  fc.record({ type: fc.constantFrom("sweep" as const, "reopen" as const) }),
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** The plainest store there is: which pieces are there and whole, which records and have-sets. */
interface Model {
  readonly pieces: Map<number, "whole" | "spoiled">;
  readonly records: Map<string, readonly number[] | null>;
  readonly haves: Map<string, number>;
}

/** Random sequences of operations leave the store as the model says, looked at after each. */
export function storeMatchesModel(createHarness: () => StoreHarness, numRuns: number): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 25, size: "max" }), async (operations) => {
      const harness = createHarness();
      const model: Model = { pieces: new Map(), records: new Map(), haves: new Map() };
      try {
        let store = await harness.open();
        for (const next of operations) {
          if (next.type !== "reopen") await apply(next, store, harness, model);
          // What a store has read already it may give again, although it is damaged on the disk by now.
          if (next.type === "reopen" || next.type === "damage") {
            await store.close();
            store = await harness.open();
          }
          await compare(store, model);
        }
      } finally {
        await harness.dispose();
      }
    }),
    { numRuns },
  );
}

async function apply(next: Operation, store: PieceStore, harness: StoreHarness, model: Model): Promise<void> {
  switch (next.type) {
    case "write":
      expect(await store.write(batchOf(next))).toEqual({ ok: true });
      for (const index of next.pieces) model.pieces.set(index, "whole");
      model.haves.set(next.shareId, next.bits);
      return;
    case "refused":
      harness.fill();
      expect(await store.write(batchOf(next))).toMatchObject({ ok: false, reason: "quota" });
      return harness.drain();
    case "save":
      await store.saveShare(record(next.shareId, next.names?.map(pieceAt) ?? null, null));
      model.records.set(next.shareId, next.names);
      return;
    case "remove":
      await store.removeShare(next.shareId);
      return modelRemove(model, next.shareId);
    case "discard":
      await store.discard(next.pieces.map((index) => pieceAt(index).hash));
      return free(model, next.pieces);
    case "sweep":
      await store.sweep();
      return modelSweep(model);
    case "damage":
      if (model.pieces.get(next.piece) !== "whole") return;
      await harness.damage(pieceAt(next.piece).hash, next.damage);
      model.pieces.set(next.piece, "spoiled");
      return;
    case "read":
      expect(await store.read(pieceAt(next.piece).hash)).toEqual(expected(model, next.piece));
      if (model.pieces.get(next.piece) === "spoiled") model.pieces.delete(next.piece);
  }
}

function modelRemove(model: Model, shareId: string): void {
  const names = model.records.get(shareId) ?? [];
  model.records.delete(shareId);
  model.haves.delete(shareId);
  free(model, names);
}

function modelSweep(model: Model): void {
  free(model, [...model.pieces.keys()]);
  for (const id of model.haves.keys()) if (!model.records.has(id)) model.haves.delete(id);
}

async function compare(store: PieceStore, model: Model): Promise<void> {
  expect(await store.addresses()).toEqual([...model.pieces.keys()].map((index) => pieceAt(index).hash).sort());
  expect((await store.shares()).map(({ id }) => id)).toEqual([...model.records.keys()].sort());
  for (const id of SHARES) expect((await store.have(id))?.[0]).toBe(model.haves.get(id));
  for (const [index, state] of model.pieces) {
    if (state === "whole") expect(await store.read(pieceAt(index).hash)).toEqual(expected(model, index));
  }
}

function expected(model: Model, index: number): ReadResult {
  const state = model.pieces.get(index);
  if (state === "whole") return { ok: true, bytes: pieceAt(index).bytes };
  return { ok: false, reason: state === "spoiled" ? "corrupt" : "missing" };
}

function free(model: Model, indices: readonly number[]): void {
  const named = new Set([...model.records.values()].flatMap((names) => names ?? []));
  for (const index of indices) if (!named.has(index)) model.pieces.delete(index);
}

function batchOf(next: { pieces: readonly number[]; shareId: string; bits: number }) {
  return { pieces: next.pieces.map(pieceAt), haves: [{ shareId: next.shareId, bits: Uint8Array.of(next.bits) }] };
}

function pieceAt(index: number): { hash: PieceHash; bytes: Uint8Array } {
  return PIECES[index]!;
}
