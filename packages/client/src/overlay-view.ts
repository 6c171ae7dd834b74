import type { OverlayView } from "./api.ts";
import type { Core } from "./core.ts";

/** RTCPeerConnections that Chrome allows a page in its life, closed and failed ones included (measured). */
const CONNECTION_LIMIT = 500;

/** The overlay's machine knows ids and times; the network knows how each link goes. */
export function overlayView({ overlay, network }: Pick<Core, "overlay" | "network">): OverlayView {
  const view = overlay.view();
  const now = performance.now();
  const links = view.links.map((link) => {
    const stats = network.links.knownStats(link.id);
    return {
      ...link,
      roundTrip: link.roundTrip ?? stats?.roundTripMs ?? null,
      relayed: stats?.relayed ?? null,
      age: now - link.since,
      transfer: network.isForTransfer(link.id),
    };
  });
  return { ...view, links, connectionLimit: CONNECTION_LIMIT };
}
