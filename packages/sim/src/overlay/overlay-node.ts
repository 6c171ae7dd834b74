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
