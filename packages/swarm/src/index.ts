export type { SwarmEffect } from "./effects.ts";
export type { MadePiece, SwarmInput } from "./inputs.ts";
export { DEFAULT_LIMITS, type SwarmLimits } from "./limits.ts";
export { Swarm, type SwarmOptions } from "./swarm.ts";
export type { PeerView, ShareView } from "./view.ts";
