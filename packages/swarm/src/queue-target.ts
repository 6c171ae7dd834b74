/**
 * Delay beyond the path's own, in ms, that a transfer may cause (LEDBAT's TARGET is 100 at most, RFC 6817; 40-swarm.md says
 * 60). On short paths, too: docs/decisions/0020-short-queues-on-short-paths.md.
 */
export const QUEUE_TARGET = 60;

/** Packets that waited for less ms than this met no queue. */
export const NO_QUEUE = 15;
