import type { NodeRates } from "../network.ts";

/**
 * Least seconds in which a seed can bring a file to all receivers, with every byte in flight at once: the seed's uplink,
 * the slowest downlink, or all uplinks together (Kumar and Ross, "Peer-Assisted File Distribution: The Minimum
 * Distribution Time", HotWeb 2006).
 */
export function distributionBound(bytes: number, seedUp: number, receivers: readonly NodeRates[]): number {
  const ups = receivers.reduce((sum, { up }) => sum + up, seedUp);
  const slowest = Math.min(...receivers.map(({ down }) => down));
  return Math.max(bytes / seedUp, bytes / slowest, (receivers.length * bytes) / ups);
}
