import type { NodeId, OverlayKey } from "@starling/protocol";
import { LOOKUP_K, MAX_CANDIDATES, MAX_PATHS, QUERY_SLOW, SPARSE, STRAND_K, STRANDS } from "./limits.ts";
import type { Path } from "./source-routes.ts";
import { compareDistance, distanceFraction } from "./xor.ts";

/** A node that a look-up has heard of. */
export interface Candidate {
  readonly id: NodeId;
  publicKey: Uint8Array | null;
  /** Ways not tried yet, shortest first. */
  readonly paths: Path[];
  /** Ways tried or known, so that none is tried twice. */
  known: number;
  state: "new" | "asked" | "answered" | "failed";
  askedAt: number;
  /** The way by which it answered. */
  path: Path | null;
  full: boolean;
  /** The strands by which it became known, a bit each. */
  strands: number;
}

/** The nodes that a look-up has heard of, by their distance from its key: who is to be asked next, and who is there. */
export class Shortlist {
  readonly #key: OverlayKey;
  readonly #k: number;
  readonly #candidates = new Map<NodeId, Candidate>();
  /** The same, nearest first. */
  #byDistance: Candidate[] = [];
  /** Nodes that are asked beyond the k nearest. */
  #wider = 0;

  constructor(key: OverlayKey, k: number) {
    this.#key = key;
    this.#k = k;
  }

  /** All, in the order in which they became known. */
  all(): IterableIterator<Candidate> {
    return this.#candidates.values();
  }

  /** This node's entry, made if there is none. */
  candidate(id: NodeId, publicKey: Uint8Array): Candidate {
    const known = this.#candidates.get(id);
    if (known !== undefined) return known;
    const candidate: Candidate = {
      id,
      publicKey,
      paths: [],
      known: 0,
      state: "new",
      askedAt: 0,
      path: null,
      full: false,
      strands: 0,
    };
    this.#candidates.set(id, candidate);
    const farther = this.#byDistance.findIndex((each) => compareDistance(this.#key, id, each.id) < 0);
    this.#byDistance.splice(farther < 0 ? this.#byDistance.length : farther, 0, candidate);
    return candidate;
  }

  /** The nearest unasked of the k nearest that have not failed, or of a strand's. */
  next(): Candidate | null {
    for (const front of this.#fronts()) {
      const next = front.find(({ state }) => state === "new");
      if (next !== undefined) return next;
    }
    return null;
  }

  /** Nodes that were asked and are not slow yet. */
  active(now: number): number {
    let active = 0;
    for (const { state, askedAt } of this.#candidates.values()) {
      if (state !== "asked") continue;
      if (now - askedAt < QUERY_SLOW) active++;
    }
    return active;
  }

  /** Whether the k nearest that have not failed, and the nearest of each strand, have all answered. */
  hasAnswered(): boolean {
    return this.#fronts().every((front) => front.every(({ state }) => state === "answered"));
  }

  /**
   * Whether the nodes that it has heard of lie too far apart to be all there are, judged by the number of nodes that
   * there seem to be. Those that do not answer count, as nobody kept them secret.
   */
  isSparse(nodes: number): boolean {
    const last = this.#byDistance.slice(0, LOOKUP_K).at(-1);
    return last === undefined || distanceFraction(this.#key, last.id) > (SPARSE * LOOKUP_K) / nodes;
  }

  /** Farther nodes are asked as well from now on; false if none is left. */
  widen(): boolean {
    if (this.#open().length <= this.#k + this.#wider) return false;
    this.#wider += LOOKUP_K;
    return true;
  }

  forgetFarthest(): void {
    if (this.#candidates.size <= MAX_CANDIDATES) return;
    this.#byDistance = this.#byDistance.filter(({ id, state }, index) => {
      const stays = index < MAX_CANDIDATES || state === "asked";
      if (!stays) this.#candidates.delete(id);
      return stays;
    });
  }

  /** Of those that have not failed the k nearest, and the nearest of each strand. */
  #fronts(): readonly (readonly Candidate[])[] {
    const open = this.#open();
    const fronts = [open.slice(0, this.#k + this.#wider)];
    for (let strand = 0; strand < STRANDS; strand++) {
      fronts.push(open.filter(({ strands }) => (strands & (1 << strand)) !== 0).slice(0, STRAND_K));
    }
    return fronts;
  }

  #open(): Candidate[] {
    return this.#byDistance.filter(({ state }) => state !== "failed");
  }
}

/** Shorter ways first; of one length, one that begins elsewhere than those known. */
export function addPath(candidate: Candidate, path: Path): void {
  if (candidate.state === "answered" || candidate.known >= MAX_PATHS) return;
  candidate.known++;
  const at = candidate.paths.findIndex((each) => each.handles.length > path.handles.length);
  candidate.paths.splice(at < 0 ? candidate.paths.length : at, 0, path);
  if (candidate.state === "failed") candidate.state = "new";
}
