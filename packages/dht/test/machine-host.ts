import type { NodeId, OverlayFrame } from "@starling/protocol";
import type { OverlayHost, OverlayPort, PageVisibility } from "@starling/sim";
import type { DhtInput } from "../src/index.ts";

/** What a world tells a node, given to its machine as it is. */
export abstract class MachineHost implements OverlayHost<OverlayFrame> {
  abstract readonly id: NodeId;
  abstract start(port: OverlayPort<OverlayFrame>): void;
  abstract receive(peer: string, frame: OverlayFrame): void;
  abstract linkUp(peer: string, dialled: boolean): void;
  abstract input(input: DhtInput): void;

  linkDown(peer: string): void {
    this.input({ type: "link-down", peer: peer as NodeId });
  }

  dialFailed(peer: string, alternates: readonly string[]): void {
    this.input({ type: "dial-failed", peer: peer as NodeId, alternates: alternates as readonly NodeId[] });
  }

  carry(to: string, body: Uint8Array): void {
    this.input({ type: "carry", to: to as NodeId, body });
  }

  serverPeers(peers: readonly string[]): void {
    this.input({ type: "server-peers", peers: peers as readonly NodeId[] });
  }

  serverOpen(open: boolean): void {
    this.input({ type: "server", open });
  }

  created(count: number): void {
    this.input({ type: "created", count });
  }

  visibility(visibility: PageVisibility): void {
    this.input({ type: "visibility", visibility });
  }

  leaving(): void {
    this.input({ type: "leave" });
  }

  tick(): void {
    this.input({ type: "tick" });
  }
}
