import { routeOfLink } from "../logic/link-text.ts";

/** Puts a link in the address bar right that a messenger escaped, or that took a sign of its sentence along. */
export function mendAddress(): void {
  const route = routeOfLink(location.href);
  if (route !== null && location.hash !== `#${route}`) history.replaceState(null, "", `#${route}`);
}
