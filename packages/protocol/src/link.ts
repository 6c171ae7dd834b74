import { fromBase64Url, toBase64Url } from "./bytes.ts";
import { KEY_BYTES } from "./content-keys.ts";
import { idBytes, type NodeId, nodeIdFromBytes, type Root, rootFromBytes } from "./ids.ts";
import { MAX_HINTS, MAX_LINK_LENGTH } from "./limits.ts";

/** What a link holds. `secret` has 32 bytes; `hints` are node ids of likely sources, at most 3. */
export interface ShareLink {
  readonly root: Root;
  readonly secret: Uint8Array;
  readonly hints: readonly NodeId[];
}

/** How a link is refused: its end is missing, a newer version made it, or it is no Starling link. */
export type LinkProblem = "malformed" | "cut" | "version";

/** `message` is a sentence for a person: what is wrong and what to do. */
export type LinkResult =
  | { readonly ok: true; readonly link: ShareLink }
  | { readonly ok: false; readonly reason: LinkProblem; readonly message: string };

const MESSAGES: { readonly [Reason in LinkProblem]: string } = {
  malformed: "This is not a Starling link. Copy the whole link that you were sent, without changes, and open it again.",
  cut: "This link is cut off: its end is missing. Copy the whole link, or ask the sender for it again.",
  version:
    "This link was made by a newer version of Starling. Reload this page to update it, then open the link again.",
};

/** Whatever is before the fragment: an address, or nothing. */
const FRAGMENT = /^[^\s#]*#(.*)$/;
const ROUTE = /^\/s(\d*)\/(.*)$/;
/** 32 bytes of base64url. */
const TOKEN_LENGTH = 43;
const TOKEN_TEXT = /^[A-Za-z0-9_-]*$/;

/**
 * `<origin>/#/s/<root>.<secret>[.<hint>]*`, each 32 bytes of base64url without padding.
 * @param origin base address of the app, with or without a slash at its end.
 * @throws RangeError on a secret of another length or too many hints
 */
export function formatLink(origin: string, { root, secret, hints }: ShareLink): string {
  if (secret.length !== KEY_BYTES || hints.length > MAX_HINTS) throw new RangeError("not a link of version 1");
  const tokens = [idBytes(root), secret, ...hints.map(idBytes)].map(toBase64Url);
  return `${origin.replace(/\/+$/, "")}/#/s/${tokens.join(".")}`;
}

/**
 * Reads a whole address or its fragment (`#/s/…`); space around it is ignored. Nothing else is repaired: each link has
 * one form, and one that does not parse is never opened as something less.
 */
export function parseLink(text: string): LinkResult {
  const link = readLink(text.trim());
  return typeof link === "string" ? { ok: false, reason: link, message: MESSAGES[link] } : { ok: true, link };
}

function readLink(text: string): ShareLink | LinkProblem {
  if (text.length > MAX_LINK_LENGTH) return "malformed";
  const fragment = FRAGMENT.exec(text)?.[1];
  if (fragment === undefined) return "malformed";
  if (fragment === "/s") return "cut";
  const [, version, body = ""] = ROUTE.exec(fragment) ?? [];
  if (version === undefined) return "malformed";
  return version === "" ? readTokens(body.split(".")) : "version";
}

function readTokens(tokens: readonly string[]): ShareLink | LinkProblem {
  const problem = tokensProblem(tokens);
  if (problem !== null) return problem;
  try {
    const [root = NO_BYTES, secret = NO_BYTES, ...hints] = tokens.map(fromBase64Url);
    return { root: rootFromBytes(root), secret, hints: hints.map(nodeIdFromBytes) };
  } catch {
    return "malformed"; // Spare bits that are not zero.
  }
}

const NO_BYTES = new Uint8Array(0);

function tokensProblem(tokens: readonly string[]): LinkProblem | null {
  if (!tokens.every((token) => TOKEN_TEXT.test(token))) return "malformed";
  if (tokens.slice(0, -1).some((token) => token.length < TOKEN_LENGTH)) return "malformed";
  if (tokens.some((token) => token.length > TOKEN_LENGTH) || tokens.length > 2 + MAX_HINTS) return "version";
  return (tokens.at(-1) ?? "").length < TOKEN_LENGTH || tokens.length < 2 ? "cut" : null;
}
