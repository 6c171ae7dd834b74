import { FRAME, frameKind, type NodeId } from "@starling/protocol";
import { createWriteBehind, type PieceStore } from "@starling/store";
import type { OpenSocket, Transport } from "@starling/transport";
import type { Core } from "./core.ts";
import type { Identity } from "./identity.ts";
import { Network } from "./network.ts";
import { OverlayHost } from "./overlay-host.ts";
import { Providers } from "./providers.ts";
import { signalingUrl } from "./reach.ts";
import { SwarmHost } from "./swarm-host.ts";
import { Tabs } from "./tabs.ts";

/** What the parts of a client are made of, and whom they tell. */
export interface CoreOptions {
  readonly origin: string;
  readonly store: PieceStore;
  readonly identity: Identity;
  readonly transport: Transport;
  readonly openSocket: OpenSocket;
  /** Something that a page shows changed; at once, and with progress now and then. */
  changed(): void;
  progressed(): void;
  /** Messages of applications came over the overlay. */
  message(from: NodeId, payload: Uint8Array): void;
  topicMessage(topic: string, from: NodeId, payload: Uint8Array): void;
}

/** Makes the parts of a client and lets each tell the others what concerns them. */
export function wireCore(options: CoreOptions): Core {
  const { origin, store, identity, changed } = options;
  const writeBehind = createWriteBehind(store, {}, (report) => {
    if (report.type === "stored") core.swarm.stored(report.shareId, report.pieces);
    else core.swarm.storeFailed(report.shareId, report.pieces, report.reason);
  });
  const network = wireNetwork(options, () => core);
  const core: Core = {
    nodeId: identity.nodeId,
    origin,
    store,
    writeBehind,
    swarm: new SwarmHost(identity.nodeId, network, writeBehind, options.progressed),
    network,
    overlay: wireOverlay(options, () => core),
    providers: new Providers(() => core),
    tabs: new Tabs(`starling:${location.origin}`),
    changed,
  };
  return core;
}

function wireOverlay(options: CoreOptions, core: () => Core): OverlayHost {
  const { identity, progressed, message, topicMessage } = options;
  return new OverlayHost(identity, () => core().network, {
    providers: (root, peers) => core().providers.found(root, peers),
    carried: (from, body) => core().network.carried(from, body),
    uncarried: (to) => core().network.uncarried(to),
    message: (from, _to, payload) => message(from, payload),
    topicMessage,
    saveContacts: (contacts) => identity.saveContacts(contacts),
    progressed,
  });
}

function wireNetwork(options: CoreOptions, core: () => Core): Network {
  const { origin, identity, transport, openSocket, changed } = options;
  return new Network({
    identity,
    transport,
    signalingUrl: signalingUrl(origin),
    openSocket,
    iceServers: [],
    events: {
      linkOpening: ({ peer, localNonce, remoteNonce }) => core().swarm.linkOpening(peer, localNonce, remoteNonce),
      linkUp: ({ peer, publicKey, dialled, localNonce, remoteNonce }) => {
        core().overlay.input({ type: "link-up", peer, publicKey, dialled });
        core().swarm.linkUp(peer, localNonce, remoteNonce);
      },
      linkDown: (peer) => {
        core().overlay.input({ type: "link-down", peer });
        core().swarm.linkDown(peer);
      },
      roundTrip: (peer, ms) => core().swarm.path(peer, ms),
      dialFailed: (peer, alternates) => core().overlay.input({ type: "dial-failed", peer, alternates }),
      created: (count) => core().overlay.input({ type: "created", count }),
      carry: (to, body) => core().overlay.input({ type: "carry", to, body }),
      frame: (peer, frame) => {
        if (frameKind(frame) === FRAME.overlay) core().overlay.frame(peer, frame);
        else core().swarm.frame(peer, frame);
      },
      flushed: (peer, queuedBytes) => core().swarm.flushed(peer, queuedBytes),
      peers: (ids) => {
        core().overlay.input({ type: "server-peers", peers: ids });
        core().providers.named(ids);
      },
      serverTime: (serverMs) => core().overlay.input({ type: "clock", wallMs: Date.now(), serverMs }),
      signaling: (open) => {
        core().overlay.input({ type: "server", open });
        changed();
      },
    },
  });
}
