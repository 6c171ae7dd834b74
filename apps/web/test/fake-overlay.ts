import type { LookupView, Overlay, OverlayLink, OverlayView } from "../../../packages/client/src/api.ts";
import { byDistance, hexOf, sharedBits } from "../src/logic/ids.ts";

type Id = OverlayView["id"];

/** How long a made-up node takes to answer. */
const ANSWER_MS = 120;
const ASKED = 7;
/** Which of them never answers. */
const MUTE = ASKED - 2;
const SIBLINGS = 8;

/** An overlay of made-up nodes: `links` of them linked, and as many more that only look-ups meet. */
export class FakeOverlay implements Overlay {
  readonly #id: Id;
  readonly #links: readonly OverlayLink[];
  readonly #others: readonly Id[];
  readonly #siblings: readonly Id[];
  readonly #created: number;
  readonly #lookups = new Map<string, { readonly startedAt: number; readonly asked: readonly Id[] }>();

  /** @param created RTCPeerConnections made so far. */
  constructor(id: string, links: number, created = links) {
    this.#id = id as Id;
    this.#created = created;
    const ids = madeUpIds(this.#id, links * 2);
    const linked = ids.filter((_, i) => i % 2 === 0);
    this.#others = ids.filter((_, i) => i % 2 === 1);
    const order = byDistance(id);
    this.#siblings = linked
      .filter((_, i) => isFull(i))
      .sort(order)
      .slice(0, SIBLINGS);
    this.#links = linked.map((each, i) => madeUpLink(this.#id, each, i, this.#siblings.includes(each)));
  }

  view(): OverlayView {
    const full = this.#links.filter(({ mode }) => mode === "full");
    const prefixes = [...new Set(full.map(({ prefix }) => prefix))].sort((a, b) => a - b);
    const members = (prefix: number) => full.filter((link) => link.prefix === prefix).map(({ id }) => id);
    return {
      id: this.#id,
      mode: this.#links.length > 12 ? "leaf" : "full",
      joined: this.#links.length > 0,
      buckets: prefixes.map((prefix) => ({ prefix, members: members(prefix) })),
      siblings: this.#siblings,
      links: this.#links,
      known: this.#links.length * 2,
      dialling: [],
      created: this.#created,
      records: this.#links.length * 3,
      estimate: this.#links.length < SIBLINGS ? this.#links.length + 1 : this.#links.length ** 2 * 1.37,
      lookups: [...this.#lookups].map(([key, lookup]) => lookupView(key as Id, lookup)),
      connectionLimit: 500,
    };
  }

  lookup: Overlay["lookup"] = async (key) => {
    const hex = hexOf(key);
    const everybody = [...this.#links.map(({ id }) => id), ...this.#others].sort(byDistance(hex));
    const asked = everybody.slice(0, ASKED).reverse();
    this.#lookups.set(hex, { startedAt: Date.now(), asked });
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS * ASKED));
    this.#lookups.delete(hex);
    return asked.filter((_, i) => i !== MUTE).reverse();
  };

  put = unused;
  get = unused;
  remove = unused;
  putImmutable = unused;
  getImmutable = unused;
  putMutable = unused;
  getMutable = unused;
  provide = unused;
  unprovide = unused;
  findProviders = unused;
  send = unused;
  publish = unused;
  anycast = unused;
  subscribe = unused;
  onMessage = () => () => {};
}

async function unused(): Promise<never> {
  throw new Error("the pages do not use this");
}

function lookupView(
  key: Id,
  { startedAt, asked }: { readonly startedAt: number; readonly asked: readonly Id[] },
): LookupView {
  const answered = Math.floor((Date.now() - startedAt) / ANSWER_MS);
  const shown = asked.slice(0, answered + 3);
  return {
    key,
    queries: shown.length,
    asked: shown.map((id, i) => ({ id, hops: 1 + (i >> 1), answered: i < answered && i !== MUTE })),
  };
}

/** Spread like those that a node knows: half of them anywhere, the others ever nearer to it. */
function madeUpIds(self: Id, count: number): Id[] {
  let state = 20_261_101;
  const digit = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 28).toString(16);
  };
  return Array.from({ length: count }, (_, i) => {
    const shared = i % 3 === 0 ? self.slice(0, Math.floor(i / 22)) : "";
    return (shared + Array.from({ length: 64 - shared.length }, digit).join("")) as Id;
  });
}

function isFull(index: number): boolean {
  return index % 7 !== 5;
}

function madeUpLink(self: Id, id: Id, index: number, sibling: boolean): OverlayLink {
  return {
    id,
    prefix: sharedBits(self, id),
    mode: index === 3 ? null : isFull(index) ? "full" : "leaf",
    visibility: index === 4 ? "hidden" : "visible",
    roundTrip: index === 3 ? null : 4 + ((index * 37) % 180),
    since: 0,
    age: 8_000 + index * index * 31_000,
    bytesIn: 900 + index * 5_300,
    bytesOut: 700 + index * 4_100,
    dialled: index % 3 !== 0,
    wanted: index % 3 !== 0,
    sibling,
    protected: sibling,
    relayed: index === 3 ? null : index % 6 === 2,
    transfer: index % 5 === 1,
  };
}
