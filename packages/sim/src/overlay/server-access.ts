import type { EventQueue } from "../event-queue.ts";
import type { Random } from "../random.ts";
import type { BootstrapServer } from "./bootstrap-server.ts";
import { enter, type OverlayNode } from "./overlay-node.ts";

/** One way to the server and back takes twice this. */
const SERVER_DELAY_MS = 40;
/** A server that comes back is found again by everyone within this time. */
const RETURN_MS = 5_000;

/** What access to the server needs of the world. */
interface ServerWorld<Frame> {
  readonly events: EventQueue;
  readonly random: Random;
  readonly server: BootstrapServer;
  /** Whether a node that does not need the server stays connected to it, without messages. */
  readonly keepsIdle: boolean;
  node(id: string): OverlayNode<Frame> | undefined;
  nodes(): Iterable<OverlayNode<Frame>>;
}

/** The nodes' way to the bootstrap server: welcomes, questions, connection messages, and its loss. */
export class ServerAccess<Frame> {
  readonly #world: ServerWorld<Frame>;
  #reaches: (group: number) => boolean = () => true;

  constructor(world: ServerWorld<Frame>) {
    this.#world = world;
  }

  /** The server goes, or comes back and welcomes everyone. */
  setUp(up: boolean): void {
    const { server, events, random } = this.#world;
    if (server.up === up) return;
    server.up = up;
    for (const node of this.#world.nodes()) {
      if (!up) this.#lost(node);
      else events.after(random.unit() * RETURN_MS, () => this.welcome(node));
    }
  }

  /** Only nodes of these groups reach it from now on. */
  limitTo(reaches: (group: number) => boolean): void {
    this.#reaches = reaches;
    for (const node of this.#world.nodes()) {
      if (!reaches(node.group)) this.#lost(node);
      else if (!this.#world.server.connected(node.id)) this.welcome(node);
    }
  }

  welcome(node: OverlayNode<Frame>): void {
    const { server, events } = this.#world;
    if (!this.#isThere(node)) return;
    events.after(3 * SERVER_DELAY_MS, () => {
      if (!this.#isThere(node) || server.connected(node.id)) return;
      server.connect(node.id);
      server.messages.welcome++;
      const peers = server.peersFor(node.id, node.id);
      enter(node, () => {
        node.host.serverOpen(true);
        node.host.serverPeers(peers);
      });
    });
  }

  needed(node: OverlayNode<Frame>, needed: boolean): void {
    const { server, events, keepsIdle } = this.#world;
    node.serverNeeded = needed;
    if (needed && !server.connected(node.id)) this.welcome(node);
    if (!needed && !keepsIdle) events.after(0, () => this.#lost(node));
  }

  ask(node: OverlayNode<Frame>, near: string | null): void {
    const { server, events } = this.#world;
    if (!server.connected(node.id)) return;
    server.messages.ask++;
    events.after(2 * SERVER_DELAY_MS, () => {
      if (!this.#isThere(node)) return;
      const peers = server.peersFor(node.id, near);
      enter(node, () => node.host.serverPeers(peers));
    });
  }

  /** Hands a message on; false if it cannot. */
  signal(from: OverlayNode<Frame>, to: string, deliver: (to: OverlayNode<Frame>) => void): boolean {
    const { server, events } = this.#world;
    if (!server.connected(from.id)) return false;
    server.messages.signal++;
    if (!server.connected(to)) return false;
    events.after(2 * SERVER_DELAY_MS, () => {
      const target = this.#world.node(to);
      if (target !== undefined) enter(target, () => deliver(target));
    });
    return true;
  }

  #isThere(node: OverlayNode<Frame>): boolean {
    return this.#world.server.up && node.alive && this.#reaches(node.group);
  }

  #lost(node: OverlayNode<Frame>): void {
    const { server } = this.#world;
    if (!server.connected(node.id)) return;
    server.disconnect(node.id);
    enter(node, () => node.host.serverOpen(false));
  }
}
