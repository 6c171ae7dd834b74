export {
  exponential,
  logNormal,
  residualSession,
  type SessionLengths,
  sessionLength,
  weibull,
} from "./distributions.ts";
export { EventQueue } from "./event-queue.ts";
export { distributionBound } from "./fluid/distribution-bound.ts";
export { jainIndex, rankCorrelation } from "./fluid/fairness.ts";
export { type FluidHost, type FluidOptions, FluidWorld } from "./fluid/fluid-world.ts";
export { shareOut } from "./fluid/share-out.ts";
export { commonBits, compareXor, flipBit, IdIndex } from "./id-index.ts";
export { type Frame, type FrameNetwork, Network, type NodeRates } from "./network.ts";
export {
  Adversary,
  type Affects,
  type Conduct,
  delaying,
  dropping,
  flooding,
  groundId,
  misrouting,
  type Outgoing,
  replaying,
} from "./overlay/adversary.ts";
export { BootstrapServer } from "./overlay/bootstrap-server.ts";
export { Churn, type ChurnOptions } from "./overlay/churn.ts";
export { DIAL_COSTS, type DialCosts } from "./overlay/dial-costs.ts";
export type { OverlayHost, OverlayPort, PageVisibility } from "./overlay/overlay-host.ts";
export type { OverlayNode } from "./overlay/overlay-node.ts";
export { type Departure, OverlayWorld, type OverlayWorldOptions } from "./overlay/overlay-world.ts";
export { PacketNetwork, type PacketNetworkOptions } from "./packet/packet-network.ts";
export { Random } from "./random.ts";
export { Samples } from "./samples.ts";
export { type Host, Simulation, type SimulationOptions, type World } from "./simulation.ts";
export { TraceHash } from "./trace-hash.ts";
