/**
 * A protocol without a clock, timer, socket or promise: everything that happens is an input, everything to be done
 * is an effect. Input from a peer never throws; a breach of the protocol comes back as an effect that ends the link.
 */
export interface Machine<Input, Effect> {
  /** @param now milliseconds on a monotonic clock; never goes back. */
  handle(input: Input, now: number): readonly Effect[];
}

/** Source of cryptographic randomness, given to a machine when it is made. */
export type RandomBytes = (length: number) => Uint8Array;
