/** The messages by which a link is made, in their order; a refusal comes in place of an accept. */
export const INTENT = 0;
export const ACCEPT = 1;
export const OFFER = 2;
export const ANSWER = 3;
export const REFUSE = 4;
/** Bytes of each message, signature and sealing included, as packages/connect sends them. */
const MESSAGE_BYTES = [310, 310, 1_700, 1_500, 330];

export type Step = typeof INTENT | typeof ACCEPT | typeof OFFER | typeof ANSWER | typeof REFUSE;

/** A message as long as the real one: the number of its exchange in 4 bytes, big-endian, then its step. */
export function linkMessage(number: number, step: Step): Uint8Array {
  const body = new Uint8Array(MESSAGE_BYTES[step] ?? 0);
  new DataView(body.buffer).setUint32(0, number);
  body[4] = step;
  return body;
}

export function readLinkMessage(body: Uint8Array): { readonly number: number; readonly step: Step | undefined } {
  const number = new DataView(body.buffer, body.byteOffset).getUint32(0);
  return { number, step: body[4] as Step | undefined };
}
