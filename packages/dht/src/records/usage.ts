import type { NodeId, RecordType } from "@starling/protocol";
import type { Held } from "./record-store.ts";

/** How much a node holds: in all, of each type, and for each identity that is charged for it. */
export class Usage {
  readonly #bytesOf = new Map<NodeId, number>();
  readonly #counts = new Map<RecordType, number>();
  #bytes = 0;
  #size = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Versions held. */
  get size(): number {
    return this.#size;
  }

  /** Versions of one type. */
  count(type: RecordType): number {
    return this.#counts.get(type) ?? 0;
  }

  bytesOf(identity: NodeId): number {
    return this.#bytesOf.get(identity) ?? 0;
  }

  add(held: Held): void {
    this.#change(held, 1);
  }

  remove(held: Held): void {
    this.#change(held, -1);
  }

  #change({ record, bytes, identity }: Held, sign: 1 | -1): void {
    this.#counts.set(record.type, this.count(record.type) + sign);
    this.#size += sign;
    this.#bytes += sign * bytes;
    if (identity === null) return;
    const left = this.bytesOf(identity) + sign * bytes;
    if (left > 0) this.#bytesOf.set(identity, left);
    else this.#bytesOf.delete(identity);
  }
}
