import type { NodeId } from "@starling/protocol";
import { MAX_RELAY_SOURCES, RELAY_BURST, RELAY_RATE, RELAY_SESSIONS } from "./limits.ts";
import type { Link } from "./link.ts";

/** Token buckets of one source over one link, and whom it sent connection messages to of late. */
export interface RelayAllowance {
  bytes: number;
  sessions: number;
  at: number;
  readonly addressees: Set<string>;
}

/** Addressees that a source may write to again without a new session. */
const REMEMBERED_ADDRESSEES = 32;

/**
 * Whether a frame of this source, that came over this link, is passed on. A header's source is not proved, so what is
 * counted against is the pair: who lies about the source uses up its own link's allowance for that name.
 *
 * @param addressee of a connection message: a new one begins a session; null for other frames.
 */
export function mayRelay(link: Link, source: NodeId, length: number, addressee: string | null, now: number): boolean {
  const allowance = allowanceOf(link, source, now);
  if (allowance.bytes < length) return false;
  if (addressee !== null && !allowance.addressees.has(addressee)) {
    if (allowance.sessions < 1) return false;
    allowance.sessions--;
    remember(allowance.addressees, addressee);
  }
  allowance.bytes -= length;
  return true;
}

function allowanceOf(link: Link, source: NodeId, now: number): RelayAllowance {
  const known = link.sources.get(source);
  if (known === undefined) return begin(link, source, now);
  const elapsed = now - known.at;
  known.at = now;
  known.bytes = Math.min(RELAY_BURST, known.bytes + (elapsed * RELAY_RATE) / 1_000);
  known.sessions = Math.min(RELAY_SESSIONS, known.sessions + (elapsed * RELAY_SESSIONS) / 60_000);
  return known;
}

/** A source that is new while all places are taken displaces the first, and begins with what that one had left. */
function begin(link: Link, source: NodeId, now: number): RelayAllowance {
  const fresh: RelayAllowance = { bytes: RELAY_BURST, sessions: RELAY_SESSIONS, at: now, addressees: new Set() };
  if (link.sources.size >= MAX_RELAY_SOURCES) {
    const [first] = link.sources;
    if (first !== undefined) {
      link.sources.delete(first[0]);
      const old = allowanceTail(first[1], now);
      fresh.bytes = old.bytes;
      fresh.sessions = old.sessions;
    }
  }
  link.sources.set(source, fresh);
  return fresh;
}

function allowanceTail(old: RelayAllowance, now: number): { bytes: number; sessions: number } {
  const elapsed = now - old.at;
  return {
    bytes: Math.min(RELAY_BURST, old.bytes + (elapsed * RELAY_RATE) / 1_000),
    sessions: Math.min(RELAY_SESSIONS, old.sessions + (elapsed * RELAY_SESSIONS) / 60_000),
  };
}

function remember(addressees: Set<string>, addressee: string): void {
  addressees.add(addressee);
  if (addressees.size <= REMEMBERED_ADDRESSEES) return;
  const [oldest] = addressees;
  if (oldest !== undefined) addressees.delete(oldest);
}
