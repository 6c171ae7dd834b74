// A link as people paste it: maybe within a sentence, maybe wrapped in <>. The client parses it strictly afterwards.
const LINK_HASH = /#(\/s\/[^\s<>"']*)/;

/** The route of a Starling link found in `text`, such as `/s/<root>.<secret>`; null when there is none. */
export function routeOfLink(text: string): string | null {
  return LINK_HASH.exec(text)?.[1] ?? null;
}

/** The link that a route stands for, on this page's own address. */
export function linkOfRoute(pageAddress: string, route: string): string {
  return `${pageAddress}#${route}`;
}
