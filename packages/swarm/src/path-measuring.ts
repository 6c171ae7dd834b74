import type { NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Link } from "./peer-state.ts";

/** Processors are busy while a link connects: it is measured again so many ms later. */
const CONNECTED = 1500;
/** And then each so many ms while blocks go over it: as often as Chromium checks a connection that is stable. */
const SENDING = 2500;

/** Asks for the round trip of packets: once the link is up, once it is calm, and while the governor needs it. */
export function measurePaths(ctx: Context): void {
  for (const link of ctx.links.values()) if (isDue(link, ctx.now)) measurePath(ctx, link);
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
  const wait = roundTripMs - (path.packets ?? roundTripMs);
  lanes.measured(wait, ctx.now);
  ctx.governor.measured(wait, lanes, ctx.now);
}

function isDue(link: Link, now: number): boolean {
  const since = now - link.measuredAt;
  return (link.measurements === 1 && since >= CONNECTED) || (since >= SENDING && link.isSending && !link.isNear);
}
