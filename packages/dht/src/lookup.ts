import { type LinkedNode, MAX_SOURCE_PATH, type NodeId, type OverlayAnswer, type OverlayKey } from "@starling/protocol";
import type { Context } from "./context.ts";
import { ALPHA, LOOKUP_K, MAX_QUERIES, QUERY_SLOW, QUERY_WAIT, STRANDS } from "./limits.ts";
import type { Reached } from "./records/routes.ts";
import { addPath, type Candidate, Shortlist } from "./shortlist.ts";
import type { Path, SourceRoutes } from "./source-routes.ts";
import { closest } from "./xor.ts";

export interface LookupResult {
  /** Full nodes that answered, nearest first. */
  readonly nodes: readonly Reached[];
  /** Longest way of a query that was answered, in hops. */
  readonly hops: number;
  readonly queries: number;
  /** Nodes, full or not, that answered. */
  readonly answers: number;
}

/** What is to be looked up. */
export interface LookupWish {
  readonly key: OverlayKey;
  /** Full nodes wanted, this one included if it belongs there. */
  readonly count: number;
  /** Begins at this neighbour alone, to see what it sees (joining, healing). */
  readonly through?: NodeId | null;
  /** Nodes that are asked at most. */
  readonly queries?: number;
  /** Called once. */
  readonly done: (result: LookupResult) => void;
}

/**
 * One look-up by the sure path: Kademlia's iterative search (Maymounkov and Mazières, 2002), in which the asker reaches
 * each node by a source route instead of a dial. It ends when the k nearest nodes it has heard of have all answered;
 * nodes that do not answer by three ways do not count.
 *
 * Liars name one another, and their names may crowd out all others. So the search has four strands, each of which
 * begins at neighbours of its own and must end as well: the nearest that it has heard of have answered. One strand
 * without a liar finds who is there (disjoint paths: Baumgart and Mies, S/Kademlia, 2007).
 */
export class Lookup {
  readonly key: OverlayKey;
  readonly #ctx: Context;
  readonly #routes: SourceRoutes;
  readonly #k: number;
  readonly #most: number;
  readonly #done: (result: LookupResult) => void;
  readonly #shortlist: Shortlist;
  #queries = 0;
  #outstanding = 0;
  #answers = 0;
  #hops = 0;
  #over = false;
  #stepping = false;

  constructor(ctx: Context, routes: SourceRoutes, wish: LookupWish) {
    const { key, count, queries = MAX_QUERIES, done } = wish;
    this.#ctx = ctx;
    this.#routes = routes;
    this.key = key;
    this.#k = Math.max(count, LOOKUP_K);
    this.#shortlist = new Shortlist(key, this.#k);
    this.#most = queries;
    this.#done = done;
  }

  get queries(): number {
    return this.#queries;
  }

  /** Nodes that answered or are being asked, for views: each with the neighbour and the hops of the way there. */
  *asked(): IterableIterator<{ readonly id: NodeId; readonly hops: number; readonly answered: boolean }> {
    for (const { id, state, path } of this.#shortlist.all()) {
      if (state === "asked" || state === "answered") {
        yield { id, hops: path === null ? 0 : path.handles.length + 1, answered: state === "answered" };
      }
    }
  }

  begin(through: NodeId | null = null): void {
    const { table } = this.#ctx;
    const begin = through === null ? undefined : table.get(through);
    const links = begin === undefined ? closest(this.key, table.routable(), this.#k, (link) => link.id) : [begin];
    for (const [index, { id, publicKey }] of links.entries()) {
      const candidate = this.#shortlist.candidate(id, publicKey);
      candidate.strands |= 1 << (index % STRANDS);
      addPath(candidate, { first: id, handles: [] });
    }
    this.advance();
  }

  /** Asks whom there is to ask, or ends. Called after every answer, and by the tick, as slow queries make room for others. */
  advance(): void {
    if (this.#over || this.#stepping) return;
    this.#stepping = true;
    let next = this.#next();
    while (next !== null) {
      this.#ask(next);
      next = this.#next();
    }
    this.#stepping = false;
    if (!this.#isSettled()) return;
    if (!this.#widen()) return this.#finish();
    this.advance();
  }

  /** If those that it has heard of lie too far apart to be all there are, farther ones may know better. */
  #widen(): boolean {
    const nodes = this.#ctx.table.estimate();
    if (nodes < 2 * LOOKUP_K || this.#queries >= this.#most) return false;
    return this.#shortlist.isSparse(nodes) && this.#shortlist.widen();
  }

  /** Whom to ask while fewer than alpha are under way. */
  #next(): Candidate | null {
    if (this.#queries >= this.#most || this.#shortlist.active(this.#ctx.now) >= ALPHA) return null;
    return this.#shortlist.next();
  }

  #isSettled(): boolean {
    return this.#outstanding === 0 || this.#shortlist.hasAnswered();
  }

  #ask(candidate: Candidate): void {
    const path = candidate.paths.shift();
    if (path === undefined) {
      candidate.state = "failed";
      return;
    }
    candidate.state = "asked";
    candidate.askedAt = this.#ctx.now;
    candidate.path = path;
    this.#queries++;
    this.#outstanding++;
    this.#ctx.wake(this.#ctx.now + QUERY_SLOW);
    this.#routes.ask(path, this.key, { kind: "find-node" }, QUERY_WAIT, (answer) => {
      this.#outstanding--;
      if (this.#over) return;
      this.#answered(candidate, path, answer);
      this.advance();
    });
  }

  #answered(candidate: Candidate, path: Path, answer: OverlayAnswer | null): void {
    // A wrong id at the path's end: a handle that has come to mean another link, or a lie. Another way may do better,
    // unless it was the node itself, as a neighbour, that did not answer.
    if (answer?.kind !== "nodes" || answer.self.id !== candidate.id) {
      const mayAnswer = path.handles.length > 0 && candidate.paths.length > 0;
      candidate.state = mayAnswer ? "new" : "failed";
      return;
    }
    candidate.state = "answered";
    candidate.full = answer.full;
    candidate.publicKey ??= answer.self.publicKey;
    this.#answers++;
    this.#hops = Math.max(this.#hops, path.handles.length + 1);
    for (const node of answer.nodes) this.#heard(candidate, path, node);
    this.#shortlist.forgetFarthest();
  }

  #heard(by: Candidate, path: Path, node: LinkedNode): void {
    const { self, table, contacts, now } = this.#ctx;
    if (node.id === self.id || !contacts.heard(node.id, node.publicKey, by.id, now)) return;
    this.#ctx.stale = true;
    const candidate = this.#shortlist.candidate(node.id, node.publicKey);
    candidate.strands |= by.strands;
    if (candidate.known === 0 && table.get(node.id) !== undefined) addPath(candidate, { first: node.id, handles: [] });
    if (path.handles.length < MAX_SOURCE_PATH) {
      addPath(candidate, { first: path.first, handles: [...path.handles, node.handle] });
    }
  }

  #finish(): void {
    this.#over = true;
    const { self, full } = this.#ctx;
    const nodes: Reached[] = full ? [{ id: self.id, publicKey: self.publicKey, first: self.id, path: [] }] : [];
    for (const { id, publicKey, state, path, full: isFull } of this.#shortlist.all()) {
      if (state === "answered" && isFull && path !== null) {
        nodes.push({ id, publicKey, first: path.first, path: path.handles });
      }
    }
    this.#done({
      nodes: closest(this.key, nodes, this.#k, ({ id }) => id),
      hops: this.#hops,
      queries: this.#queries,
      answers: this.#answers,
    });
  }
}
