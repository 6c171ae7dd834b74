import { encodeServerMessage, type ServerMessage } from "@starling/protocol";

/**
 * Same as the protocol's, but quick where it counts: JSON.stringify took a third of the time of relaying a signal. An id
 * and a body are checked when they come in to hold nothing that JSON would escape.
 */
export function encodeChecked(message: ServerMessage): string {
  if (message.type !== "signal") return encodeServerMessage(message);
  return `{"type":"signal","from":"${message.from}","body":"${message.body}"}`;
}
