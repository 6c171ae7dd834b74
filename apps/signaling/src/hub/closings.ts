/**
 * Why the hub ends a socket: WebSocket close codes of the private range (RFC 6455, section 7.4.2) and sentences that a
 * person can read.
 */
export const CLOSINGS = {
  malformed: { code: 4000, reason: "A message could not be read." },
  replaced: { code: 4001, reason: "This identity connected from elsewhere." },
  "hello-timeout": { code: 4002, reason: "No identity was proved in time." },
  "bad-proof": { code: 4003, reason: "The identity could not be verified." },
  "wrong-order": { code: 4004, reason: "A message came before or after its turn." },
  "wrong-version": { code: 4005, reason: "This version of the protocol is not spoken here; reload the page." },
  "address-full": { code: 4008, reason: "Too many connections from this address; try again later." },
  flood: { code: 4029, reason: "Too many messages." },
} as const;

export type ClosingName = keyof typeof CLOSINGS;
