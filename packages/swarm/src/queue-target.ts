/** Delay beyond the path's own, in ms, that a transfer may cause (LEDBAT's TARGET is 100 at most, RFC 6817; 40-swarm.md says 60). */
const TARGET = 60;
/**
 * The same on a path with a minimum round trip under {@link SHORT_PATH} ms (one machine, one house), or under
 * {@link NEAR_PATH} ms that carries {@link FAST_RATE}. There the time is the browsers' own work and comes in bursts;
 * 60 ms of it would leave the sender idle between them (measured: a busy machine's loopback shows a minimum of 26 ms,
 * and 60 ms held it at 0.8 of the rate that 150 ms gives).
 */
const TARGET_SHORT = 150;
const SHORT_PATH = 20;
const NEAR_PATH = 50;
/** Bytes per second: more than most uplinks outside a house or a data centre carry. */
const FAST_RATE = 5_000_000;

/** Packets that waited for less ms than this met no queue. */
export const NO_QUEUE = 15;

/** @param roundTrip the least seen, in ms. @param rate bytes per second. */
export function queueTarget(roundTrip: number, rate: number): number {
  const near = roundTrip < SHORT_PATH || (roundTrip < NEAR_PATH && rate > FAST_RATE);
  return near ? TARGET_SHORT : TARGET;
}
