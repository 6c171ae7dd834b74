export type * from "./api.ts";
export * from "./errors.ts";
