import type { Random } from "../random.ts";
import type { Place } from "./latency-map.ts";
import type { OverlayHost, PageVisibility } from "./overlay-host.ts";

/** A link between two nodes, shared by both ends. */
export interface OverlayLink<Frame> {
  readonly a: OverlayNode<Frame>;
  readonly b: OverlayNode<Frame>;
  readonly dialler: OverlayNode<Frame>;
  readonly delayMs: number;
  readonly since: number;
  open: boolean;
}

/** What one node has sent, frames and bytes, over all its links. */
interface Traffic {
  frames: number;
  bytes: number;
}

/** The world's own record of a node. */
export interface OverlayNode<Frame> {
  readonly id: string;
  /** In order of entering; never used again. */
  readonly index: number;
  readonly host: OverlayHost<Frame>;
  readonly place: Place;
  readonly random: Random;
  readonly links: Map<string, OverlayLink<Frame>>;
  readonly wants: Set<string>;
  /** Ids refused, and until when. */
  readonly bans: Map<string, number>;
  /** Inputs that wait while the page is frozen. */
  readonly inbox: (() => void)[];
  readonly sent: Traffic;
  readonly startedAt: number;
  visibility: PageVisibility;
  alive: boolean;
  /** Nodes of different groups cannot reach each other (see partition). */
  group: number;
  /** RTCPeerConnections made. */
  created: number;
  dialsBegun: number;
  dialsFailed: number;
  lastTick: number;
  /** As its host said last. */
  serverNeeded: boolean;
}

export function otherEnd<Frame>(link: OverlayLink<Frame>, node: OverlayNode<Frame>): OverlayNode<Frame> {
  return link.a === node ? link.b : link.a;
}

/** A node as it enters the world. */
export function newNode<Frame>(
  host: OverlayHost<Frame>,
  index: number,
  place: Place,
  random: Random,
  now: number,
): OverlayNode<Frame> {
  return {
    id: host.id,
    index,
    host,
    place,
    random,
    links: new Map(),
    wants: new Set(),
    bans: new Map(),
    inbox: [],
    sent: { frames: 0, bytes: 0 },
    startedAt: now,
    visibility: "visible",
    alive: true,
    group: 0,
    created: 0,
    dialsBegun: 0,
    dialsFailed: 0,
    lastTick: now,
    serverNeeded: true,
  };
}

/** Enters a node's host, now or when its page thaws. */
export function enter<Frame>(node: OverlayNode<Frame>, run: () => void): void {
  if (!node.alive) return;
  if (node.visibility === "frozen") node.inbox.push(run);
  else run();
}

/** Shows, hides or freezes a node's page; what waited while it was frozen is handled as it thaws. */
export function turn<Frame>(node: OverlayNode<Frame>, visibility: PageVisibility): void {
  if (node.visibility === visibility) return;
  if (visibility === "frozen") enter(node, () => node.host.visibility(visibility));
  node.visibility = visibility;
  if (visibility === "frozen") return;
  node.host.visibility(visibility);
  for (const run of node.inbox.splice(0)) if (node.alive) run();
}
