import fc from "fast-check";
import { vi } from "vitest";
import { DecodeError } from "../src/errors.ts";

// Ten thousand inputs take a second or two, and far longer on a machine busy with something else.
vi.setConfig({ testTimeout: 60_000 });

/** Inputs that a decoder must survive. */
export const FUZZ_RUNS = 10_000;

type Decode = (bytes: Uint8Array) => unknown;

/**
 * Throws unless `decode` takes, or refuses with DecodeError, every one of {@link FUZZ_RUNS} inputs: half random bytes,
 * half mutations of the samples (flipped, inserted, removed, repeated bytes, cut ends).
 */
export function survivesFuzzing(decode: Decode, samples: readonly Uint8Array[], runs: number = FUZZ_RUNS): void {
  const random = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(fc.oneof(random, mutated(samples)), (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }),
    { numRuns: runs },
  );
}

/** As {@link survivesFuzzing}, for a decoder of text: the mutated bytes as Latin-1. */
export function survivesTextFuzzing(
  decode: (text: string) => unknown,
  samples: readonly string[],
  runs?: number,
): void {
  const bytes = samples.map((sample) => new Uint8Array(Buffer.from(sample, "latin1")));
  survivesFuzzing((input) => decode(Buffer.from(input).toString("latin1")), bytes, runs);
}

function mutated(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({ at: fc.nat(), kind: fc.nat(4), byte: fc.nat(255) });
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([sample, edits]) => edits.reduce((bytes, { at, kind, byte }) => mutate(bytes, at, kind, byte), sample));
}

function mutate(bytes: Uint8Array, at: number, kind: number, byte: number): Uint8Array {
  const index = bytes.length === 0 ? 0 : at % bytes.length;
  const before = bytes.subarray(0, index);
  const rest = bytes.subarray(index);
  if (kind === 0) return Uint8Array.from([...before, byte, ...rest.subarray(1)]);
  if (kind === 1) return Uint8Array.from([...before, (rest[0] ?? 0) ^ (1 << (byte & 7)), ...rest.subarray(1)]);
  if (kind === 2) return Uint8Array.from([...before, byte, ...rest]);
  if (kind === 3) return Uint8Array.from([...before, ...rest.subarray(1 + (byte & 7))]);
  return Uint8Array.from([...before, ...rest.subarray(0, byte), ...rest]);
}
