/** One host's line to the emulated internet. */
export interface Line {
  /** Mbit/s; 0 is unlimited. */
  readonly up: number;
  readonly down: number;
  /** One way, in ms, on the uplink and again on the downlink: two hosts of 12.5 see a round trip of 50. */
  readonly delay: number;
  /** Per cent of packets lost, on the uplink and again on the downlink. */
  readonly loss: number;
}

/** Who takes part: the host that has the file, and those that fetch it. */
export interface Network {
  readonly seed: Line;
  readonly receivers: readonly Line[];
}

const BYTES_PER_MBIT = 125_000;

/**
 * Seconds that no way of moving `bytes` to all receivers can beat: the seed must send each byte once, each receiver take
 * each, and all uplinks together carry every copy (R. Kumar and K. Ross, "Peer-assisted file distribution: the minimum
 * distribution time", HOTWEB 2006). Headers are not counted: UDP, DTLS and SCTP take some 8 % of each packet.
 */
export function bound(bytes: number, { seed, receivers }: Network): number {
  const uplinks = receivers.reduce((sum, { up }) => sum + rate(up), rate(seed.up));
  const slowest = Math.min(...receivers.map(({ down }) => rate(down)));
  return Math.max(bytes / rate(seed.up), bytes / slowest, (receivers.length * bytes) / uplinks);
}

/** Bytes per second. @param mbit 0 is unlimited. */
export function rate(mbit: number): number {
  return mbit === 0 ? Number.POSITIVE_INFINITY : mbit * BYTES_PER_MBIT;
}
