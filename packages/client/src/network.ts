import type { Importance } from "@starling/connect";
import type { NodeId } from "@starling/protocol";
import { createSignalingClient, type OpenSocket, type SignalingClient, type Transport } from "@starling/transport";
import { Carrier } from "./carrier.ts";
import { Connecting } from "./connecting.ts";
import type { Identity } from "./identity.ts";
import { type LinkEvents, PeerLinks } from "./peer-links.ts";
import { Wishes } from "./wishes.ts";

/** How long a peer that broke a protocol or sent bad bytes is refused. */
const BAN_MS = 10 * 60 * 1000;

interface NetworkEvents extends LinkEvents {
  /** A link that was wanted could not be made; `alternates` are peers that a refusing one named. */
  dialFailed(peer: NodeId, alternates: readonly NodeId[]): void;
  /** Carry a connection message over the overlay. */
  carry(to: NodeId, body: Uint8Array): void;
  /** Ids that the server named, ours left out. */
  peers(ids: readonly NodeId[]): void;
  /** The server's clock, ms since the epoch. */
  serverTime(time: number): void;
  /** The way to the server opened or closed. */
  signaling(open: boolean): void;
}

export interface NetworkOptions {
  readonly identity: Identity;
  readonly transport: Transport;
  /** Address of the server's WebSocket. */
  readonly signalingUrl: string;
  readonly openSocket: OpenSocket;
  readonly iceServers: readonly RTCIceServer[];
  readonly events: NetworkEvents;
}

/** Links over WebRTC, made by way of the overlay or the server: one per peer, wanted by whoever says why. */
export class Network {
  /** Those that stand, and what goes over them. */
  readonly links: PeerLinks;
  readonly #options: NetworkOptions;
  readonly #connecting: Connecting;
  readonly #signaling: SignalingClient;
  readonly #wishes = new Wishes();
  readonly #carrier: Carrier;
  #iceServers: readonly RTCIceServer[];
  #signalingOpen = false;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#iceServers = options.iceServers;
    this.links = this.#makeLinks();
    this.#connecting = this.#makeConnecting();
    this.#carrier = this.#makeCarrier();
    this.#signaling = this.#openSignaling();
  }

  get signalingOpen(): boolean {
    return this.#signalingOpen;
  }

  /** Whether connection messages have a way to travel: a link, or the server. */
  get isReachable(): boolean {
    return this.#signalingOpen || this.links.size > 0;
  }

  /** `why` names the wish; the link is kept while any wish stands, and is as important as the most important. */
  want(peer: NodeId, why: string, wish: Importance = "transfer"): void {
    if (peer === this.#options.identity.nodeId) return;
    const importance = this.#wishes.add(peer, why, wish);
    if (importance !== null) this.#connecting.dispatch({ type: "want", peer, importance });
  }

  unwant(peer: NodeId, why: string): void {
    const importance = this.#wishes.delete(peer, why);
    if (importance === "none") this.#connecting.dispatch({ type: "unwant", peer });
    else if (importance !== null) this.#connecting.dispatch({ type: "want", peer, importance });
  }

  /** Whether a transfer wants this peer. */
  isForTransfer(peer: NodeId): boolean {
    return this.#wishes.has(peer, "transfer");
  }

  /** A connection message came over the overlay. */
  carried(from: NodeId, body: Uint8Array): void {
    this.#carrier.heard(from, "overlay");
    this.#connecting.dispatch({ type: "message", from, body });
  }

  /** The overlay found no way for connection messages to this peer. */
  uncarried(to: NodeId): void {
    this.#carrier.uncarried(to);
  }

  disconnect(peer: NodeId, reason: string): void {
    this.#connecting.dispatch({ type: "disconnect", peer, reason });
  }

  /** A machine wants no more of a peer. `ban`: it is refused for some time, too. */
  drop({ peer, reason, ban }: { readonly peer: NodeId; readonly reason: string; readonly ban: boolean }): void {
    if (!ban) return this.disconnect(peer, reason);
    this.#connecting.dispatch({ type: "ban", peer, reason, untilMs: performance.now() + BAN_MS });
  }

  /** Asks the server for peers, those nearest `near` (32 bytes) if given; they come as `events.peers`. */
  requestPeers(near?: Uint8Array): void {
    this.#signaling.requestPeers(near);
  }

  /** The server is needed: without a way to it, one is tried soon. */
  hurryToServer(): void {
    this.#signaling.hurry();
  }

  tick(): void {
    this.#connecting.dispatch({ type: "tick" });
  }

  close(): void {
    this.#signaling.close();
    this.links.endLanes();
    this.#connecting.closeAll("the page is closing");
  }

  #openSignaling(): SignalingClient {
    const { events, identity, signalingUrl, openSocket } = this.#options;
    const own = identity.nodeId;
    return createSignalingClient(
      {
        url: signalingUrl,
        publicKey: identity.keys.publicKey,
        sign: (payload) => identity.keys.sign(payload),
        openSocket,
      },
      {
        open: () => this.#setSignaling(true),
        closed: () => this.#setSignaling(false),
        welcome: ({ peers, ice, time }) => {
          if (ice.length > 0) this.#iceServers = ice;
          events.serverTime(time);
          events.peers(peers.filter((id) => id !== own));
        },
        peers: (ids) => this.#named(ids.filter((id) => id !== own)),
        signal: (from, body) => {
          this.#carrier.heard(from, "server");
          this.#connecting.dispatch({ type: "message", from, body });
        },
        gone: (to) => this.#carrier.unknownToServer(to),
      },
    );
  }

  #makeConnecting(): Connecting {
    const { identity, transport, events } = this.#options;
    return new Connecting({
      identity,
      transport,
      iceServers: () => this.#iceServers,
      carry: (to, body) => this.#carrier.send(to, body),
      dialFailed: (peer, alternates) => events.dialFailed(peer, alternates),
      links: this.links,
    });
  }

  #makeCarrier(): Carrier {
    return new Carrier({
      overlayReady: () => this.links.size > 0,
      overlay: (to, body) => this.#options.events.carry(to, body),
      server: (to, body) => this.#signaling.signal(to, body),
      matters: (to) => this.isForTransfer(to),
      gone: (to) => this.#connecting.dispatch({ type: "gone", to }),
    });
  }

  #makeLinks(): PeerLinks {
    const { transport, events } = this.#options;
    return new PeerLinks({
      transport,
      events,
      iceServers: () => this.#iceServers,
      counted: () => this.#tellCarrier(),
      disconnect: (peer, reason) => this.disconnect(peer, reason),
    });
  }

  /** Connection messages travel while a link or the server is there. */
  #tellCarrier(): void {
    this.#connecting.dispatch({ type: "carrier", open: this.isReachable });
  }

  #named(ids: readonly NodeId[]): void {
    this.#connecting.dispatch({ type: "seen", peers: ids });
    this.#options.events.peers(ids);
  }

  #setSignaling(open: boolean): void {
    this.#signalingOpen = open;
    this.#tellCarrier();
    this.#options.events.signaling(open);
  }
}
