import type { Root } from "@starling/protocol";
import type { PeerView } from "@starling/swarm";
import type { Peer } from "./api.ts";
import type { Core } from "./core.ts";

/** The linked peers of a share. */
export function peersOf(core: Core, root: Root): readonly Peer[] {
  return (core.swarm.view(root)?.peers ?? []).map((view) => {
    const stats = core.network.links.knownStats(view.peer);
    return {
      id: view.peer,
      completion: view.completion,
      downRate: view.downRate,
      upRate: view.upRate,
      bytesDownloaded: view.bytesDownloaded,
      bytesUploaded: view.bytesUploaded,
      activity: activityOf(view),
      relayed: stats?.relayed ?? false,
      roundTripMs: stats?.roundTripMs ?? null,
    };
  });
}

/** Whether some linked peer has pieces that are wanted here; one may be linked and have only the list of files. */
export function hasSource(core: Core, root: Root): boolean {
  const peers = core.swarm.view(root)?.peers ?? [];
  return peers.some(({ amInterested, downRate }) => amInterested || downRate > 0);
}

function activityOf({
  downRate,
  upRate,
  amInterested,
  peerChoking,
  peerInterested,
  amChoking,
}: PeerView): Peer["activity"] {
  if (downRate > 0 && upRate > 0) return "both";
  if (upRate > 0) return "sending";
  if (downRate > 0) return "receiving";
  return (amInterested && peerChoking) || (peerInterested && amChoking) ? "waiting-for-slot" : "idle";
}
