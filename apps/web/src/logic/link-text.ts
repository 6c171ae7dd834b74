// A link as it arrives: within a sentence, wrapped in <>, with signs that a messenger escaped or appended. The client parses
// what is found strictly afterwards.
const LINK_HASH = /#(\/s\d*\/[^\s<>"'?&]*)/;
const ESCAPED_SIGN = /%(?:20|23|2e|2f)/gi;
const SENTENCE_END = /[^\w-]+$/;

/** The route of a Starling link found in `text`, such as `/s/<root>.<secret>`; null when there is none. */
export function routeOfLink(text: string): string | null {
  const route = LINK_HASH.exec(text.replace(ESCAPED_SIGN, decodeURIComponent))?.[1];
  if (route === undefined) return null;
  return route.endsWith("/") ? route : route.replace(SENTENCE_END, "");
}

/** The link that a route stands for, on this page's own address. */
export function linkOfRoute(pageAddress: string, route: string): string {
  return `${pageAddress}#${route}`;
}
