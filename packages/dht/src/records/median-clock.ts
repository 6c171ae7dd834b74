import type { NodeId } from "@starling/protocol";

/** Neighbours whose clocks are kept: the siblings and a few more. */
const MAX_VOTES = 16;

/**
 * Wall-clock time by the median of what this machine, its server and its neighbours take it to be, so that one wrong
 * clock, its own included, expires nothing too early. The server's vote counts twice: alone it outvotes this machine.
 */
export class MedianClock {
  /** Wall-clock ms at monotonic 0, by this machine. */
  #own = 0;
  #server: number | null = null;
  readonly #neighbours = new Map<NodeId, number>();
  #origin = 0;

  /** @param now monotonic ms; the other two are ms since the epoch at that moment. */
  set(wallMs: number, serverMs: number | null, now: number): void {
    this.#own = wallMs - now;
    if (serverMs !== null) this.#server = serverMs - now;
    this.#judge();
  }

  /** A neighbour said what time it is. */
  heard(neighbour: NodeId, wallMs: number, now: number): void {
    this.#neighbours.delete(neighbour);
    this.#neighbours.set(neighbour, wallMs - now);
    for (const oldest of this.#neighbours.keys()) {
      if (this.#neighbours.size <= MAX_VOTES) break;
      this.#neighbours.delete(oldest);
    }
    this.#judge();
  }

  forget(neighbour: NodeId): void {
    if (this.#neighbours.delete(neighbour)) this.#judge();
  }

  /** Judged wall-clock time, ms since the epoch. */
  wall(now: number): number {
    return this.#origin + now;
  }

  /** What this machine's own clock says: told to others, so that errors do not go round. */
  ownWall(now: number): number {
    return this.#own + now;
  }

  #judge(): void {
    const votes = [this.#own, ...this.#neighbours.values()];
    if (this.#server !== null) votes.push(this.#server, this.#server);
    votes.sort((a, b) => a - b);
    const low = votes[(votes.length - 1) >> 1] ?? this.#own;
    const high = votes[votes.length >> 1] ?? this.#own;
    this.#origin = (low + high) / 2;
  }
}
