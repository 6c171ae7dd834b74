import type { LinkStats } from "./transport.ts";

interface CandidatePair extends RTCIceCandidatePairStats {
  /** Firefox before 124 marks the pair in use so, and names none in its `transport` entry. */
  readonly selected?: boolean;
}

/** The round trip and the kind of the candidate pair in use (https://www.w3.org/TR/webrtc-stats/). */
export function readLinkStats(report: RTCStatsReport): LinkStats {
  const pair = selectedPair(report);
  if (pair === undefined) return { roundTripMs: null, checks: null, relayed: false };
  const { currentRoundTripTime, responsesReceived } = pair;
  return {
    roundTripMs: currentRoundTripTime === undefined ? null : currentRoundTripTime * 1000,
    checks: responsesReceived ?? null,
    relayed: [pair.localCandidateId, pair.remoteCandidateId].some((id) => report.get(id)?.candidateType === "relay"),
  };
}

function selectedPair(report: RTCStatsReport): CandidatePair | undefined {
  for (const entry of report.values()) {
    if (entry.type === "transport" && entry.selectedCandidatePairId) return report.get(entry.selectedCandidatePairId);
    if (entry.type === "candidate-pair" && entry.selected) return entry;
  }
  return undefined;
}
