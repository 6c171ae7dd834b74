import type { OverlayLink, OverlayView } from "@starling/client";
import { formatCount, formatDuration, formatNumber, formatRoundTrip } from "./format.ts";
import { shortId } from "./ids.ts";
import { type LookupTrace, longestWay } from "./lookup-trace.ts";

/** A figure of the Network page with what it means. */
export interface Fact {
  readonly value: string;
  readonly note: string;
}

/** From here on the estimate rests on how close the eighth sibling is; below, all nodes are linked and counted. */
const COUNTED_SIBLINGS = 8;

/** How many browsers the network has. */
export function sizeFact({ estimate, siblings, links }: Pick<OverlayView, "estimate" | "siblings" | "links">): Fact {
  if (links.length === 0) return { value: "Only this tab", note: "Nobody else is linked yet." };
  if (siblings.length < COUNTED_SIBLINGS) {
    return { value: formatCount(links.length + 1, "tab"), note: "As far as this tab sees." };
  }
  return {
    value: `About ${formatCount(roundTo2(estimate), "tab")}`,
    note: "Estimated from how close the nearest ids are.",
  };
}

function roundTo2(value: number): number {
  return Number(value.toPrecision(2));
}

export function modeFact(mode: OverlayView["mode"]): Fact {
  return mode === "full"
    ? { value: "Full node", note: "Keeps notes for others and passes their messages on." }
    : { value: "Leaf", note: "Uses the network without serving it, until it has been open for a minute or so." };
}

export function serverFact(open: boolean, links: number): Fact {
  if (open) return { value: "Reachable", note: "It introduces new tabs; linked ones no longer need it." };
  if (links > 0) return { value: "Out of reach", note: "No matter: linked tabs find each other without it." };
  return { value: "Out of reach", note: "It is needed to meet the first browser. Trying again." };
}

/** Parts of the budget at which the overlay stops optional dials, and all but the transfers' own. */
const SPARING = 0.7;
const SPENT = 0.9;

/** RTCPeerConnections: a browser counts the closed ones too. */
export function connectionsFact(created: number, limit: number): Fact & { readonly low: boolean } {
  const value = `${created} of ${limit}`;
  if (created >= SPENT * limit) return { value, note: "Nearly used up. Close this tab and open it anew.", low: true };
  if (created >= SPARING * limit) return { value, note: "Running low, so only needed ones are made.", low: true };
  return { value, note: `A browser grants a tab about ${limit} in its life.`, low: false };
}

export function recordsFact(records: number): Fact {
  return { value: formatNumber(records), note: "Signed notes kept here, such as who has which share." };
}

export function linksFact({ links, known }: Pick<OverlayView, "links" | "known">): Fact {
  return { value: formatCount(links.length, "tab"), note: `${formatCount(known, "contact")} remembered.` };
}

const FRACTIONS = [
  { short: "½", words: "half of all ids" },
  { short: "¼", words: "a quarter of all ids" },
  { short: "⅛", words: "an eighth of all ids" },
] as const;

/** The part of all ids that the bucket of this prefix covers. */
export function partOfIds(prefix: number): { readonly short: string; readonly words: string } {
  const fraction = FRACTIONS[prefix];
  if (fraction) return fraction;
  const whole = 2 ** (prefix + 1);
  if (whole > 1e6) return { short: "tiny", words: "less than one id in a million" };
  return { short: `1/${whole}`, words: `one id in ${formatNumber(whole)}` };
}

/** What a link stands for. One that only the other node asked for is the overlay's too. */
export function purposeOf({ wanted, sibling, protected: kept, transfer }: OverlayLink): string {
  if (!transfer) return "Overlay";
  return wanted || sibling || kept ? "Both" : "Transfers";
}

export function routeOf({ relayed }: OverlayLink): string {
  if (relayed === null) return "Not measured";
  return relayed ? "Relayed" : "Direct";
}

export function roundTripOf({ roundTrip }: OverlayLink): string {
  return roundTrip === null ? "Not measured" : formatRoundTrip(roundTrip);
}

export function ageOf({ age }: OverlayLink): string {
  return formatDuration(age / 1000);
}

/** What the other tab is, as far as it said. */
export function roleOf({ mode, visibility }: OverlayLink): string {
  const role = mode === null ? "Not said yet" : mode === "full" ? "Full" : "Leaf";
  if (visibility === "visible") return role;
  return `${role}, ${visibility === "hidden" ? "in background" : "frozen"}`;
}

/** One look-up as a sentence. */
export function lookupSentence(trace: LookupTrace, self: string): string {
  const { key, asked, running, nearest } = trace;
  const answers = asked.filter(({ answer }) => answer === "answered").length;
  const counted = `${formatCount(asked.length, "tab")} asked, ${formatCount(answers, "answer")}`;
  if (running) return `Looking up key ${shortId(key)}: ${counted} so far.`;
  const hops = longestWay(trace);
  const way = hops > 0 ? `, the farthest over ${formatCount(hops, "link")}` : "";
  const told = `Key ${shortId(key)}: ${counted}${way}.`;
  if (nearest === null) return told;
  return `${told} Nearest to the key: ${nearest === self ? "this tab" : shortId(nearest)}.`;
}
