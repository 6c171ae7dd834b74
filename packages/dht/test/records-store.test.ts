import {
  type BucketDigest,
  type MutableRecord,
  type NodeId,
  nodeIdOf,
  type OverlayKey,
  type OverlayRecord,
  utf8,
} from "@starling/protocol";
import { Random } from "@starling/sim";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differing, digestsOf } from "../src/records/digests.ts";
import { IDENTITY_BYTES, RULES } from "../src/records/limits.ts";
import { MedianClock } from "../src/records/median-clock.ts";
import { SAFE_POLICY } from "../src/records/policy.ts";
import { RecordStore } from "../src/records/record-store.ts";
import { merge, type Standing, type Version, versionOf } from "../src/records/versions.ts";
import { needed } from "../src/records/writing.ts";
import { signed } from "./records-ring.ts";

const MINUTE = 60_000;
const KEYS = ["11", "22", "33"].map((byte) => byte.repeat(32) as OverlayKey);
const publicKey = (number: number): Uint8Array => new Uint8Array(32).fill(number + 1);

function value(key: number, publisher: number, seq: number, text: string): Version {
  const fields = { type: "value" as const, key: KEYS[key] ?? ("" as OverlayKey), publicKey: publicKey(publisher), seq };
  return versionOf(signed({ ...fields, value: utf8(text) }));
}

function mutable(seq: number, text: string): Version {
  const record: Omit<MutableRecord, "signature"> = {
    type: "mutable",
    publicKey: publicKey(0),
    salt: utf8("s"),
    seq,
    previous: null,
    value: utf8(text),
  };
  return versionOf(signed(record));
}

function provider(publisher: number, issued: number): Version {
  const fields = { type: "provider" as const, key: KEYS[0] ?? ("" as OverlayKey), publicKey: publicKey(publisher) };
  return versionOf(signed({ ...fields, issued, removed: false }));
}

function publisherOf(number: number): NodeId {
  return nodeIdOf(publicKey(number));
}

const versions = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 3 }), fc.constantFrom("a", "b", "c")), {
  maxLength: 8,
});

describe("merging", () => {
  it("comes to the same whatever the order and the repeats, and never to an older version", () => {
    fc.assert(
      fc.property(versions, fc.integer(), fc.boolean(), (drawn, seed, isMutable) => {
        const all = drawn.map(([, seq, text]) => (isMutable ? mutable(seq, text) : value(0, 0, seq, text)));
        const join = (list: readonly Version[]): Standing => list.reduce<Standing>(merge, []);
        const random = new Random(seed);
        const mixed = [...all, ...all].sort(() => random.unit() - 0.5);
        const joined = join(all);
        expect(join(mixed).map((each) => each.id)).toEqual(joined.map((each) => each.id));
        const newest = Math.max(0, ...all.map((each) => each.rank));
        for (const each of joined) expect(each.rank).toBe(newest);
        const rivals = new Set(all.filter((each) => each.rank === newest).map((each) => each.id)).size;
        expect(joined).toHaveLength(Math.min(rivals, isMutable ? 2 : 1));
      }),
    );
  });
});

describe("the holder's store", () => {
  interface Modelled {
    readonly version: Version;
    expires: number;
  }

  const steps = fc.array(
    fc.record({
      key: fc.nat({ max: 2 }),
      publisher: fc.nat({ max: 3 }),
      seq: fc.integer({ min: 1, max: 4 }),
      wait: fc.integer({ min: 0, max: 50 }),
      life: fc.integer({ min: 1, max: 150 }),
    }),
    { maxLength: 60 },
  );

  /** The newest of each publisher in a list, and what expired left out. */
  class Model {
    held: Modelled[] = [];

    add(version: Version, expires: number): string {
      const stands = this.held.find(({ version: { key, slot } }) => key === version.key && slot === version.slot);
      if (stands !== undefined && stands.version.rank > version.rank) return "stale";
      if (stands?.version.rank === version.rank) stands.expires = Math.max(stands.expires, expires);
      else this.held = [...this.held.filter((each) => each !== stands), { version, expires }];
      return "stored";
    }

    expire(now: number): void {
      this.held = this.held.filter((each) => each.expires > now);
    }
  }

  it("does as a plain list of the newest of each publisher, with what expired left out", () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const store = new RecordStore(SAFE_POLICY);
        const model = new Model();
        let now = 0;
        for (const { key, publisher, seq, wait, life } of drawn) {
          now += wait * MINUTE;
          model.expire(now);
          const version = value(key, publisher, seq, `${seq}`);
          const expected = model.add(version, now + Math.min(life, 120) * MINUTE);
          expect(store.add(version, version.publisher, life * MINUTE, now)).toBe(expected);
          store.sweep(now);
          const held = [...store.all(now)].map((each) => `${each.id} ${each.expires}`).sort();
          expect(held).toEqual(model.held.map((each) => `${each.version.id} ${each.expires}`).sort());
        }
        store.sweep(now + 121 * MINUTE);
        expect([store.usage.size, store.usage.bytes, store.usage.bytesOf(publisherOf(0))]).toEqual([0, 0, 0]);
      }),
    );
  });

  it("holds sixteen values a key, and gives the place only of one that its owner neglects", () => {
    const store = new RecordStore(SAFE_POLICY);
    const add = (publisher: number, now: number): string => {
      const version = value(0, publisher, 1, "v");
      return store.add(version, version.publisher, RULES.value.life, now);
    };
    for (let i = 0; i < 16; i++) expect(add(i, i)).toBe("stored");
    expect(add(20, 1000)).toBe("full");
    for (let i = 1; i < 16; i++) add(i, 61 * MINUTE);
    expect(add(20, 63 * MINUTE)).toBe("stored");
    expect(store.standing(KEYS[0] ?? "", value(0, 0, 1, "v").slot, 63 * MINUTE)).toEqual([]);
    expect(add(21, 63 * MINUTE)).toBe("full");
  });

  it("holds 64 providers a key", () => {
    const store = new RecordStore(SAFE_POLICY);
    const outcomes = Array.from({ length: 65 }, (_, i) => store.add(provider(i, 5), null, RULES.provider.life, i));
    expect(outcomes.filter((outcome) => outcome === "stored")).toHaveLength(64);
    expect(outcomes.at(-1)).toBe("full");
  });

  it("bounds what one identity may have it hold", () => {
    const store = new RecordStore(SAFE_POLICY);
    const identity = value(0, 0, 1, "").publisher;
    if (identity === null) throw new Error("no publisher");
    const stored = Array.from({ length: 100 }, (_, i) => {
      const record: OverlayRecord = { type: "immutable", value: new Uint8Array(4096).fill(i) };
      return store.add(versionOf(record), identity, MINUTE, 0);
    });
    expect(stored.filter((outcome) => outcome === "full").length).toBeGreaterThan(0);
    expect(store.usage.bytesOf(identity)).toBeLessThanOrEqual(IDENTITY_BYTES);
    expect(store.usage.bytes).toBeGreaterThan(IDENTITY_BYTES - 4096 - 256);
  });

  it("lets a proof of equivocation expire as a whole", () => {
    const store = new RecordStore(SAFE_POLICY);
    const [a, b] = [mutable(1, "a"), mutable(1, "b")];
    expect(store.add(a, null, 10 * MINUTE, 0)).toBe("stored");
    expect(store.add(b, null, 20 * MINUTE, 0)).toBe("equivocation");
    expect(store.under(a.key, "mutable", 15 * MINUTE).flat()).toHaveLength(2);
    expect(store.under(a.key, "mutable", 20 * MINUTE)).toEqual([]);
  });
});

describe("digests", () => {
  const fingerprints = fc.uniqueArray(fc.uint8Array({ minLength: 16, maxLength: 16 }), {
    maxLength: 40,
    selector: (bytes) => bytes.join(),
  });

  it("tell exactly the buckets in which two sets differ, in any order", () => {
    fc.assert(
      fc.property(fingerprints, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (all, keep) => {
        const versions = all.map((fingerprint) => ({ fingerprint }));
        const kept = versions.filter((_, i) => keep[i]);
        const gone = versions.filter((_, i) => !keep[i]).map(({ fingerprint }) => fingerprint[0] ?? 0);
        const expected = [...new Set(gone)].sort((a, b) => a - b);
        const ours: BucketDigest[] = digestsOf([...versions].reverse());
        expect(differing(ours, digestsOf(kept))).toEqual(expected);
        expect(differing(digestsOf(kept), ours)).toEqual(expected);
        expect(differing(ours, digestsOf(versions))).toEqual([]);
      }),
    );
  });
});

describe("the median clock", () => {
  it("follows the server alone, and neighbours that agree against a server that lies", () => {
    const clock = new MedianClock();
    clock.set(1000, 5000, 0);
    expect(clock.wall(10)).toBe(5010);
    clock.set(1000, 900_000, 0);
    for (let i = 0; i < 5; i++) clock.heard(`${i}`.repeat(64) as never, 2000, 0);
    expect(clock.wall(0)).toBe(2000);
  });
});

describe("the write quorum", () => {
  it("always meets a read of four, or of all there are", () => {
    for (let answered = 1; answered <= 8; answered++) {
      expect(needed(answered) + Math.min(4, answered)).toBeGreaterThan(answered);
    }
    expect(needed(8)).toBe(5);
  });
});
