export * from "./bytes.ts";
export * from "./cbor.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./limits.ts";
export * from "./machine.ts";
export * from "./swarm-messages.ts";
