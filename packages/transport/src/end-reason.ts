import type { Closed } from "./transport.ts";

/** SCTP error cause "User-Initiated Abort" (RFC 9260, section 3.3.10.12): the other side closed its peer connection. */
const USER_INITIATED_ABORT = 12;

/** Why an association ended, from simple-peer's `error` event and the last ICE state. */
export function peerErrorReason(error: { readonly code?: string }, iceState: RTCIceConnectionState): Closed["reason"] {
  switch (error.code) {
    case "ERR_ICE_CONNECTION_FAILURE":
      return "ice-failed";
    case "ERR_CONNECTION_FAILURE":
      // With a path, it was DTLS that failed: the certificate is not the one of the description.
      return iceState === "connected" || iceState === "completed" ? "setup-failed" : "ice-failed";
    case "ERR_ICE_CONNECTION_CLOSED":
      return "channel-error";
    default:
      return "setup-failed";
  }
}

/** Why an association ended, from the channel's `error` event. */
export function channelErrorReason(error: { readonly sctpCauseCode?: number | null }): Closed["reason"] {
  return error.sctpCauseCode === USER_INITIATED_ABORT ? "remote" : "channel-error";
}
