import type { NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Link } from "./link.ts";

/** Processors are busy while a link connects: it is measured again so many ms later. */
const CONNECTED = 1500;

/** Asks for the round trip of packets: once the link is up, and once it is calm. Trials of lanes ask besides. */
export function measurePaths(ctx: Context): void {
  for (const link of ctx.links.values()) {
    if (link.measurements === 1 && ctx.now - link.measuredAt >= CONNECTED) measurePath(ctx, link);
  }
}

export function measurePath(ctx: Context, link: Link): void {
  link.measurements++;
  link.measuredAt = ctx.now;
  ctx.emit({ type: "measure", peer: link.peer });
}

/** The browser measured it, in ms, some time since it was asked before. */
export function onPath(ctx: Context, peer: NodeId, roundTripMs: number): void {
  const link = ctx.links.get(peer);
  if (link === undefined) return;
  const { path, lanes } = link;
  path.measured(roundTripMs);
  lanes.measured(roundTripMs - (path.packets ?? roundTripMs), ctx.now);
}
