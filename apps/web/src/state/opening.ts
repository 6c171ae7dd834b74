import { type Client, LinkError, NotFoundError, PasswordError, type Share } from "@starling/client";
import { linkOfRoute } from "../logic/link-text.ts";
import { isAbort, sentenceOf } from "./notices.ts";
import type { AppStore, Opening } from "./store.ts";

/** Where an opened link leads: the id of its share, or null while something is to be said on the link's own page. */
export type Opened = string | null;

/**
 * Opens the link that the address bar shows and keeps `store.opening` true to what is happening. Resolves with the share's
 * id once its files are known, or at once when nobody is there: that share goes on looking by itself.
 */
export async function openRoute(
  client: Client,
  store: AppStore,
  route: string,
  options: {
    readonly pageAddress: string;
    readonly signal: AbortSignal;
    readonly password?: string;
    /** It is being opened already. */
    readonly begun?: Promise<Share>;
  },
): Promise<Opened> {
  store.setState({ opening: { route, phase: "looking" } });
  const { pageAddress, begun, ...openOptions } = options;
  try {
    const share = await (begun ?? client.open(linkOfRoute(pageAddress, route), openOptions));
    store.setState({ opening: null });
    return share.id;
  } catch (error) {
    if (isAbort(error) || options.signal.aborted) return null;
    const opening = openingAfter(error, route);
    store.setState({ opening });
    return error instanceof NotFoundError ? error.share.id : null;
  }
}

function openingAfter(error: unknown, route: string): Opening | null {
  if (error instanceof NotFoundError) return null;
  const message = sentenceOf(error);
  if (error instanceof PasswordError) return { route, phase: "password", message, wrong: error.reason === "wrong" };
  return { route, phase: "failed", title: titleOf(error), message };
}

const LINK_TITLES: Record<LinkError["code"], string> = {
  malformed: "This link does not work",
  cut: "This link is cut off",
  version: "This link needs a newer Starling",
};

function titleOf(error: unknown): string {
  return error instanceof LinkError ? LINK_TITLES[error.code] : "The link could not be opened";
}
