import type { Context } from "./context.ts";
import { refillShare } from "./requester.ts";
import type { SpeedLimits } from "./token-bucket.ts";
import { pump } from "./uploader.ts";

/** Sets limits, in bytes per second; null: none. */
export function setLimits(ctx: Context, limits: SpeedLimits, up: number | null, down: number | null): void {
  limits.up.limit(up, ctx.now);
  limits.down.limit(down, ctx.now);
  onPulse(ctx);
}

/** What a limit held back may go now. */
export function onPulse(ctx: Context): void {
  pump(ctx);
  for (const share of ctx.shares.values()) refillShare(ctx, share);
}
