/** A token bucket; `tokens` may go below zero, down to one burst, so that a flood is told from an excess. */
export interface TokenBucket {
  tokens: number;
  /** When `tokens` was right, in ms. */
  at: number;
}

export type Verdict = "pass" | "excess" | "flood";

/**
 * Takes one token: `pass` while there are some, `excess` for up to one more burst of messages, `flood` beyond that.
 * @param perSecond tokens that come back each second, up to `burst`
 */
export function takeToken(bucket: TokenBucket, now: number, perSecond: number, burst: number): Verdict {
  const refill = ((now - bucket.at) / 1000) * perSecond;
  bucket.tokens = Math.min(burst, bucket.tokens + refill) - 1;
  bucket.at = now;
  if (bucket.tokens >= 0) return "pass";
  return bucket.tokens >= -burst ? "excess" : "flood";
}
