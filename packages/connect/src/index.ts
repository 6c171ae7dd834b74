export { AWAY_BASE_MS, AWAY_CAP_MS, type BackOff, FAILURE_BASE_MS, FAILURE_CAP_MS } from "./back-off.ts";
export { Connect, type ConnectCounts, type ConnectOptions, type LinkEntry, type PeerStatus } from "./connect.ts";
export type { ConnectEffect, DownReason } from "./effects.ts";
export type { Candidate, ConnectInput, Description, Importance, SessionId } from "./inputs.ts";
export {
  type ConnectLimits,
  DEFAULT_LIMITS,
  DIALS_END,
  LINGER_MS,
  MAX_DIALS,
  MAX_LINKS,
  OPTIONAL_DIALS_END,
} from "./limits.ts";
export type { Self } from "./state.ts";
