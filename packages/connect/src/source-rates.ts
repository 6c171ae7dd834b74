import type { NodeId } from "@starling/protocol";
import { FAILED_ASSOCIATION_COST, MAX_SOURCES, SESSIONS_PER_MINUTE } from "./limits.ts";

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** How often each source may begin a session: a token bucket each, in bounded memory. */
export class SourceRates {
  /** In order of last use, the oldest first. */
  readonly #buckets = new Map<NodeId, Bucket>();

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one session from the source's allowance; false when there is none left. */
  take(source: NodeId, now: number): boolean {
    const tokens = this.#tokens(source, now);
    this.#keep(source, tokens >= 1 ? tokens - 1 : tokens, now);
    return tokens >= 1;
  }

  /** An association for this source came to nothing. */
  penalize(source: NodeId, now: number): void {
    this.#keep(source, Math.max(0, this.#tokens(source, now) - FAILED_ASSOCIATION_COST), now);
  }

  #tokens(source: NodeId, now: number): number {
    const bucket = this.#buckets.get(source);
    if (bucket === undefined) return SESSIONS_PER_MINUTE;
    return Math.min(SESSIONS_PER_MINUTE, bucket.tokens + ((now - bucket.at) * SESSIONS_PER_MINUTE) / 60_000);
  }

  #keep(source: NodeId, tokens: number, now: number): void {
    this.#buckets.delete(source);
    this.#buckets.set(source, { tokens, at: now });
    if (this.#buckets.size <= MAX_SOURCES) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
