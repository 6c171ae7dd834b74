import { once } from "node:events";
import type { Rig } from "./rig.ts";
import { quantile } from "./statistics.ts";

/** What a transfer adds to the round trip of others' packets on its path, in ms. */
export interface AddedDelay {
  readonly median: number;
  readonly p95: number;
}

/** Pings from the seed's host to the first receiver's for as long as the rig stands. */
export class DelayProbe {
  readonly #pings: { readonly at: number; readonly ms: number }[] = [];

  static async start(rig: Rig): Promise<DelayProbe> {
    const [receiver = ""] = rig.receivers;
    const address = rig.addressOf(receiver);
    await once(rig.run(receiver, "ping.ts", "echo", address), "message");
    const pinger = rig.run("seed", "ping.ts", "to", address);
    const probe = new DelayProbe();
    pinger.on("message", (ms) => probe.#pings.push({ at: performance.now(), ms: Number(ms) }));
    await once(pinger, "message");
    return probe;
  }

  /** Compares the pings answered in two spans of this process's clock (ms). A lost ping does not count. */
  added(idle: readonly [number, number], busy: readonly [number, number]): AddedDelay {
    const base = quantile(this.#between(idle), 0.5);
    const during = this.#between(busy);
    return { median: quantile(during, 0.5) - base, p95: quantile(during, 0.95) - base };
  }

  #between([from, to]: readonly [number, number]): number[] {
    return this.#pings.filter(({ at }) => at >= from && at <= to).map(({ ms }) => ms);
  }
}
