import type { Random } from "../random.ts";

/** A hidden page's timers run at most once a second; a frozen one handles nothing until it resumes. */
export type PageVisibility = "visible" | "hidden" | "frozen";

/** One node of an overlay as its world drives it. The world never enters a host that is being entered. */
export interface OverlayHost<Frame> {
  readonly id: string;
  /** Once, when the node enters the world. */
  start(port: OverlayPort<Frame>): void;
  receive(peer: string, frame: Frame): void;
  linkUp(peer: string, dialled: boolean): void;
  linkDown(peer: string): void;
  dialFailed(peer: string, alternates: readonly string[]): void;
  /** A message of connection set-up that the overlay is to bring to `to`; see {@link OverlayPort.carried}. */
  carry(to: string, body: Uint8Array): void;
  /** The server's welcome or its answer to {@link OverlayPort.askServer}. */
  serverPeers(peers: readonly string[]): void;
  serverOpen(open: boolean): void;
  /** RTCPeerConnections made so far. */
  created(count: number): void;
  visibility(visibility: PageVisibility): void;
  /** The page goes away in an orderly manner (`pagehide`): the last chance to send. */
  leaving(): void;
  tick(): void;
}

/** What a host may do to its world. */
export interface OverlayPort<Frame> {
  /** Virtual ms. */
  readonly now: number;
  /** For the host alone: draws of one node do not shift those of another. */
  readonly random: Random;
  /** To a linked peer; lost without a link. `bytes`: its length on the wire. */
  send(to: string, frame: Frame, bytes: number): void;
  /** Dials unless linked or dialling; ends in `linkUp` or `dialFailed`. `optional` dials end first as peer connections run out. */
  want(peer: string, optional: boolean): void;
  /** A link that this node dialled ends after a while unless wanted again (as packages/connect does it). */
  release(peer: string): void;
  /** Ends the link at once, whoever dialled; with `ban`, also refuses the peer's dials for ten minutes. */
  drop(peer: string, ban: boolean): void;
  /** The overlay delivered a message of connection set-up to this node. */
  carried(from: string, body: Uint8Array): void;
  /** The overlay found no way to the addressee. */
  uncarried(to: string): void;
  /** Ask for nodes nearest an id, or any if null; answered by `serverPeers` if the server is there. */
  askServer(near: string | null): void;
  /** Whether the way to the server is needed now. */
  serverNeeded(needed: boolean): void;
  /** Peers linked now. */
  links(): readonly string[];
}
