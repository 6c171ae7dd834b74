import { formatLink, type NodeId, parseLink, toBase64Url } from "@starling/protocol";

/** The same link with other hints (node ids as hex), in this order. */
export function withHints(link: string, hints: readonly string[]): string {
  const parsed = parseLink(link);
  if (!parsed.ok) throw new Error(parsed.message);
  return formatLink(new URL(link).origin, { ...parsed.link, hints: hints as readonly NodeId[] });
}

/** A link's secret: its 32 bytes, and as the link spells them. */
export function secretOf(link: string): { readonly bytes: Uint8Array; readonly text: string } {
  const parsed = parseLink(link);
  if (!parsed.ok) throw new Error(parsed.message);
  return { bytes: parsed.link.secret, text: toBase64Url(parsed.link.secret) };
}
