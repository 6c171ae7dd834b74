import type { DhtHost, Operation } from "./overlay-host.ts";
import type { DhtNetwork } from "./overlay-network.ts";

/** What became of reads of named values. */
interface LedgerReadings {
  readonly asked: number;
  /** Answers with the newest acknowledged version, or a newer one. */
  readonly found: number;
  /** Answers with a version older than one that was acknowledged before. */
  readonly older: number;
}

/** Named values that are written again and again, with what was acknowledged of each: an oracle of sequence numbers. */
export class Ledger {
  readonly #network: DhtNetwork;
  readonly #writers: readonly DhtHost[];
  readonly #acknowledged = new Map<string, number>();
  refused = 0;

  /** @param writers one value each; they must stay. */
  constructor(network: DhtNetwork, writers: readonly DhtHost[]) {
    this.#network = network;
    this.#writers = writers;
  }

  /** Every writer writes its value anew. */
  write(): void {
    const value = this.#network.random.bytes(40);
    const puts = this.#writers.map((writer) => ({
      writer,
      operation: this.#network.ask(writer, { type: "put", name: nameOf(writer), value }),
    }));
    this.#network.finish(puts.map(({ operation }) => operation));
    for (const { writer, operation } of puts) {
      if (operation.result?.type === "stored") this.#acknowledged.set(writer.id, operation.result.seq);
      else this.refused++;
    }
  }

  /** Every value is read by a node at random. */
  read(): LedgerReadings {
    const reads = this.#writers
      .filter(({ id }) => this.#acknowledged.has(id))
      .map((writer) => ({
        writer,
        operation: this.#network.ask(this.#network.anyLinked(), { type: "get", name: nameOf(writer) }),
      }));
    this.#network.finish(reads.map(({ operation }) => operation));
    let [asked, found, older] = [0, 0, 0];
    for (const { writer, operation } of reads) {
      // The asker's page was closed meanwhile.
      if (Number.isNaN(operation.took)) continue;
      asked++;
      const seq = seqOf(operation, writer);
      if (seq === null) continue;
      if (seq >= (this.#acknowledged.get(writer.id) ?? 0)) found++;
      else older++;
    }
    return { asked, found, older };
  }
}

function nameOf({ id }: DhtHost): string {
  return `of ${id.slice(0, 16)}`;
}

function seqOf({ result }: Operation, writer: DhtHost): number | null {
  const values = result?.type === "values" ? result.values : [];
  return values.find(({ publisher }) => publisher === writer.id)?.seq ?? null;
}
