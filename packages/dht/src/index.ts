export { type Contact, MAX_CONTACTS } from "./contact.ts";
export { Dht, type DhtOptions } from "./dht.ts";
export type { DhtEffect, DhtFailure, DhtResult, FoundValue } from "./effects.ts";
export type { DhtCommand, DhtInput, OperationId, Visibility } from "./inputs.ts";
export { MAX_OVERLAY_LINKS, SIBLINGS } from "./limits.ts";
export { type RecordsPolicy, SAFE_POLICY } from "./records/policy.ts";
export type { RecordsView } from "./records/records.ts";
export type { BucketView, DhtView, LinkView, LookupView } from "./view.ts";
export { closest, commonPrefix, compareDistance } from "./xor.ts";
