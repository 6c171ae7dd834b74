import { countingTransport } from "./counting-transport.ts";
import { MemoryAssociation } from "./memory-association.ts";
import type { Transport } from "./transport.ts";

/** Runs a task in a later turn of the event loop, tasks in their order. */
export type Schedule = (task: () => void) => void;

/** Associations that can reach one another. Whether and when anything happens depends on `schedule` alone. */
export class MemoryNetwork {
  readonly schedule: Schedule;
  readonly #ends = new Map<string, MemoryAssociation>();
  #made = 0;

  constructor(schedule: Schedule = (task) => void setTimeout(task, 0)) {
    this.schedule = schedule;
  }

  /** Adds an association; it gets a fingerprint (64 hex digits) that no other of this network ever had. */
  join(end: MemoryAssociation): string {
    this.#made += 1;
    const fingerprint = this.#made.toString(16).padStart(64, "0");
    this.#ends.set(fingerprint, end);
    return fingerprint;
  }

  leave(fingerprint: string): void {
    this.#ends.delete(fingerprint);
  }

  find(fingerprint: string | null): MemoryAssociation | undefined {
    return fingerprint === null ? undefined : this.#ends.get(fingerprint);
  }
}

/**
 * A transport for tests: associations pair through descriptions and candidates as those of WebRTC do, so whoever
 * carries these is tested too.
 */
export function createMemoryTransport(network: MemoryNetwork): Transport {
  return countingTransport((options, events) => new MemoryAssociation(network, options, events));
}
