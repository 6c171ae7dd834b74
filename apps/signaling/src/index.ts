export { CLOSINGS, type ClosingName } from "./hub/closings.ts";
export { DEFAULT_HUB_LIMITS, type HubLimits } from "./hub/limits.ts";
export { ListenError } from "./listen.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server.ts";
