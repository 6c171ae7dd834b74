import { type OverlayKey, toHex } from "@starling/protocol";
import { Samples } from "@starling/sim";
import type { DhtHost, Operation } from "./overlay-host.ts";
import type { DhtNetwork } from "./overlay-network.ts";

/** What became of many reads. */
export interface Readings {
  readonly asked: number;
  readonly found: number;
  /** Answers that were not what had been stored: must stay zero. */
  readonly wrong: number;
  readonly took: Samples;
  readonly failures: readonly string[];
}

/** Immutable records stored in a network, to be read again. */
export class Library {
  readonly #network: DhtNetwork;
  readonly #mayAsk: (id: string) => boolean;
  readonly #records: { readonly key: Uint8Array; readonly value: Uint8Array }[] = [];
  /** Why puts were not acknowledged. */
  readonly refused: string[] = [];

  /** @param mayAsk leaves out nodes that neither store nor read. */
  constructor(network: DhtNetwork, mayAsk: (id: string) => boolean = () => true) {
    this.#network = network;
    this.#mayAsk = mayAsk;
  }

  get size(): number {
    return this.#records.length;
  }

  /** Where the records are kept. */
  get keys(): ReadonlySet<OverlayKey> {
    return new Set(this.#records.map(({ key }) => toHex(key) as OverlayKey));
  }

  /** Stores records of 100 bytes, each by some node, a few at a time. */
  fill(count: number, atOnce = 20): void {
    for (let left = count; left > 0; left -= atOnce) {
      const puts = Array.from({ length: Math.min(left, atOnce) }, () => {
        const value = this.#network.random.bytes(100);
        return { value, operation: this.#network.ask(this.#asker(), { type: "put-immutable", value }) };
      });
      this.#network.finish(puts.map(({ operation }) => operation));
      for (const { value, operation } of puts) {
        if (operation.result?.type === "stored") this.#records.push({ key: operation.result.key, value });
        else this.refused.push(operation.failure ?? "no answer");
      }
    }
  }

  /** Reads records at random, by nodes at random, evenly over `overMs`. */
  read(count: number, overMs: number): Readings {
    const reads: { readonly value: Uint8Array; readonly operation: Operation }[] = [];
    for (let i = 0; i < count; i++) {
      const record = this.#records[this.#network.random.below(this.#records.length)];
      if (record === undefined) break;
      const operation = this.#network.ask(this.#asker(), { type: "get-immutable", key: record.key });
      reads.push({ value: record.value, operation });
      this.#network.run(overMs / count);
    }
    this.#network.finish(reads.map(({ operation }) => operation));
    return readings(reads);
  }

  #asker(): DhtHost {
    return this.#network.anyLinked(this.#mayAsk);
  }
}

function readings(reads: readonly { readonly value: Uint8Array; readonly operation: Operation }[]): Readings {
  const took = new Samples();
  const failures: string[] = [];
  let [found, wrong, asked] = [0, 0, 0];
  for (const { value, operation } of reads) {
    // The asker's page was closed meanwhile: nobody waits for this answer.
    if (Number.isNaN(operation.took)) continue;
    asked++;
    const got = operation.result?.type === "value" ? operation.result.value : null;
    if (got === null) failures.push(operation.failure ?? "no value");
    else if (got.length === value.length && got.every((byte, i) => byte === value[i])) found++;
    else wrong++;
    took.add(operation.took);
  }
  return { asked, found, wrong, took, failures };
}
