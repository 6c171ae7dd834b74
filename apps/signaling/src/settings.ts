import type { IceServer } from "@starling/protocol";
import { parseIceServers } from "./ice-servers.ts";

/** What a host sets through the environment; docs/hosting.md lists the variables. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Further origins whose pages may connect, such as `https://starling.example`. */
  readonly origins: readonly string[];
  readonly ice: readonly IceServer[];
  /** Believe the proxy's `X-Forwarded-For` and `X-Forwarded-Host`. */
  readonly trustProxy: boolean;
  readonly metrics: boolean;
  /** Null: the default. */
  readonly socketsPerAddress: number | null;
  readonly logLevel: string;
}

/** A variable of the environment that cannot be used. `message` is a sentence for the host. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** @throws SettingsError */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const socketsPerAddress = env.STARLING_SOCKETS_PER_ADDRESS;
  return {
    port: integer("PORT", env.PORT ?? "8080", 0, 65_535),
    host: env.HOST || "localhost",
    origins: parseOrigins(env.STARLING_ORIGINS ?? ""),
    ice: iceServers(env.STARLING_ICE_SERVERS ?? ""),
    trustProxy: flag(env.STARLING_TRUST_PROXY),
    metrics: flag(env.STARLING_METRICS),
    socketsPerAddress: socketsPerAddress
      ? integer("STARLING_SOCKETS_PER_ADDRESS", socketsPerAddress, 1, 1_000_000)
      : null,
    logLevel: logLevel(env.STARLING_LOG_LEVEL || "info"),
  };
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new SettingsError(`${name} must be a whole number from ${least} to ${most}, not "${text}".`);
}

/** Set and not switched off. */
function flag(text: string | undefined): boolean {
  return text !== undefined && !["", "0", "false", "no", "off"].includes(text.toLowerCase());
}

function parseOrigins(text: string): string[] {
  return list(text).map((origin) => {
    const url = URL.canParse(origin) ? new URL(origin) : null;
    if (url?.protocol === "http:" || url?.protocol === "https:") return url.origin;
    throw new SettingsError(`STARLING_ORIGINS must list origins such as https://example.org, not "${origin}".`);
  });
}

function iceServers(text: string): IceServer[] {
  const servers = parseIceServers(text);
  if (servers !== null) return servers;
  throw new SettingsError(
    "STARLING_ICE_SERVERS must be a comma list of stun:, turn: or turns: addresses, or a JSON array of RTCIceServer objects.",
  );
}

function logLevel(text: string): string {
  if (LOG_LEVELS.includes(text)) return text;
  throw new SettingsError(`STARLING_LOG_LEVEL must be one of ${LOG_LEVELS.join(", ")}, not "${text}".`);
}

function list(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
