export { EventQueue } from "./event-queue.ts";
export { type Frame, Network, type NodeRates } from "./network.ts";
export { Random } from "./random.ts";
export { type Host, Simulation, type SimulationOptions, type World } from "./simulation.ts";
export { TraceHash } from "./trace-hash.ts";
