export * from "./awaited-signatures.ts";
export * from "./bytes.ts";
export * from "./catalog.ts";
export * from "./cbor.ts";
export * from "./connect-bodies.ts";
export * from "./connect-messages.ts";
export * from "./content-keys.ts";
export * from "./display-name.ts";
export * from "./errors.ts";
export * from "./frames.ts";
export * from "./hello.ts";
export * from "./ids.ts";
export * from "./join.ts";
export * from "./lane-messages.ts";
export * from "./limits.ts";
export * from "./link.ts";
export * from "./machine.ts";
export * from "./manifest.ts";
export * from "./overlay-bodies.ts";
export * from "./overlay-frames.ts";
export * from "./overlay-messages.ts";
export * from "./overlay-paths.ts";
export * from "./overlay-requests.ts";
export * from "./path-sentences.ts";
export * from "./paths.ts";
export * from "./piece-sets.ts";
export * from "./pieces.ts";
export { decodeRecord, encodeRecord } from "./record-codec.ts";
export * from "./record-keys.ts";
export {
  decodeRecordAnswer,
  decodeRecordQuestion,
  encodeRecordAnswer,
  encodeRecordQuestion,
} from "./record-question-codec.ts";
export * from "./record-questions.ts";
export * from "./records.ts";
export * from "./seal.ts";
export * from "./signaling.ts";
export * from "./signed.ts";
export * from "./signed-messages.ts";
export * from "./swarm-codec.ts";
export * from "./swarm-messages.ts";
export * from "./sync-codec.ts";
