export { displayName } from "@starling/protocol";
export type * from "./api.ts";
export { createClient } from "./client.ts";
export * from "./errors.ts";
