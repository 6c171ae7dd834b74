import { pow } from "@noble/curves/abstract/modular.js";
import { montgomery } from "@noble/curves/abstract/montgomery.js";

/** The field's prime (RFC 7748, section 4.1). */
const P = 2n ** 255n - 19n;

/**
 * X25519 (RFC 7748) on the library's ladder. The library's own `x25519` makes tables for its first public key, 50 to 90 ms
 * of processor while a page starts, which pay after the thirtieth; and with it comes all of Ed25519, 27 ms to read.
 */
export const x25519 = montgomery({
  type: "x25519",
  P,
  powPminus2: (x) => pow(x, P - 2n, P),
  adjustScalarBytes: clamp,
});

/** `decodeScalar25519` of RFC 7748, section 5, in place. */
function clamp(scalar: Uint8Array): Uint8Array<ArrayBuffer> {
  const [first = 0, last = 0] = [scalar[0], scalar[31]];
  scalar[0] = first & 248;
  scalar[31] = (last & 127) | 64;
  return scalar as Uint8Array<ArrayBuffer>;
}
