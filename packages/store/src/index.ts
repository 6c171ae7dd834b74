export { createWriteBehind } from "./batch-writer.ts";
export * from "./indexed-db.ts";
export * from "./memory.ts";
export * from "./piece-store.ts";
export * from "./write-behind.ts";
