import { type BucketDigest, FINGERPRINT_BYTES } from "@starling/protocol";

/** What a digest is made of. */
export interface Fingerprinted {
  readonly fingerprint: Uint8Array;
}

export function bucketOf({ fingerprint }: Fingerprinted): number {
  return fingerprint[0] ?? 0;
}

/**
 * Number and XOR of the fingerprints in each bucket that is not empty, by rising bucket. Equal sets have equal digests
 * in any order; different ones differ but for a chance of 2^-128 (XOR of hashes: Bellare and Micciancio, 1997).
 */
export function digestsOf(versions: Iterable<Fingerprinted>): BucketDigest[] {
  const buckets = new Map<number, { count: number; readonly xor: Uint8Array }>();
  for (const version of versions) {
    const bucket = bucketOf(version);
    const digest = buckets.get(bucket) ?? { count: 0, xor: new Uint8Array(FINGERPRINT_BYTES) };
    digest.count++;
    for (let i = 0; i < FINGERPRINT_BYTES; i++) digest.xor[i] = (digest.xor[i] ?? 0) ^ (version.fingerprint[i] ?? 0);
    buckets.set(bucket, digest);
  }
  const digests = [...buckets].map(([bucket, { count, xor }]) => ({ bucket, count, xor }));
  return digests.sort((a, b) => a.bucket - b.bucket);
}

/** Buckets in which the two differ, rising. */
export function differing(ours: readonly BucketDigest[], theirs: readonly BucketDigest[]): number[] {
  const other = new Map(theirs.map((digest) => [digest.bucket, digest]));
  const differs = new Set<number>();
  for (const digest of ours) {
    const match = other.get(digest.bucket);
    if (match === undefined || !same(digest, match)) differs.add(digest.bucket);
    other.delete(digest.bucket);
  }
  for (const bucket of other.keys()) differs.add(bucket);
  return [...differs].sort((a, b) => a - b);
}

function same(a: BucketDigest, b: BucketDigest): boolean {
  return a.count === b.count && a.xor.length === b.xor.length && a.xor.every((byte, i) => byte === b.xor[i]);
}
