import type { Share, Stats } from "@starling/client";

/** A plain, frozen-in-time copy of a share's data: what pages render. */
export type ShareView = Pick<
  Share,
  | "id"
  | "link"
  | "root"
  | "title"
  | "files"
  | "folders"
  | "state"
  | "error"
  | "status"
  | "progress"
  | "selection"
  | "limits"
  | "peers"
  | "mine"
  | "hasPassword"
  | "created"
  | "canReattach"
>;

/** The part of the client's statistics that the page shows. */
export interface NetworkView {
  readonly links: number;
  readonly signaling: Stats["signaling"];
}

/** Copies `share`; what did not change keeps its identity, so that a component can tell by `===`. */
export function viewOf(share: Share, previous: ShareView | undefined): ShareView {
  const next: ShareView = {
    id: share.id,
    link: share.link,
    root: share.root,
    title: share.title,
    files: share.files,
    folders: share.folders,
    state: share.state,
    error: share.error,
    status: share.status,
    progress: { ...share.progress },
    selection: share.selection,
    limits: share.limits,
    peers: share.peers.map((peer) => ({ ...peer })),
    mine: share.mine,
    hasPassword: share.hasPassword,
    created: share.created,
    canReattach: share.canReattach,
  };
  return previous ? keepIdentity(next, previous) : next;
}

/** Views of all shares; the very same array when nothing changed, so that nothing renders. */
export function viewsOf(shares: readonly Share[], previous: readonly ShareView[]): readonly ShareView[] {
  const byId = new Map(previous.map((view) => [view.id, view]));
  const views = shares.map((share) => viewOf(share, byId.get(share.id)));
  return sameElements(views, previous) ? previous : views;
}

export function networkOf(stats: Stats, previous: NetworkView): NetworkView {
  const { links, signaling } = stats;
  return previous.links === links && previous.signaling === signaling ? previous : { links, signaling };
}

function keepIdentity(next: ShareView, previous: ShareView): ShareView {
  const view: ShareView = {
    ...next,
    files: sameFiles(next, previous) ? previous.files : next.files,
    folders: sameElements(next.folders, previous.folders) ? previous.folders : next.folders,
    selection: sameElements(next.selection, previous.selection) ? previous.selection : next.selection,
    progress: sameFields(next.progress, previous.progress) ? previous.progress : next.progress,
    peers: keepPeers(next.peers, previous.peers),
  };
  return sameFields(view, previous) ? previous : view;
}

/** The list of files is fixed by the root, so it need not be compared one by one. */
function sameFiles(next: ShareView, previous: ShareView): boolean {
  return next.root !== null && next.root === previous.root && next.files.length === previous.files.length;
}

function keepPeers(next: ShareView["peers"], previous: ShareView["peers"]): ShareView["peers"] {
  const peers = next.map((peer, index) => {
    const old = previous[index];
    return old && sameFields(peer, old) ? old : peer;
  });
  return sameElements(peers, previous) ? previous : peers;
}

function sameElements<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((value, index) => value === b[index]));
}

function sameFields<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(a) as (keyof T)[];
  return keys.every((key) => Object.is(a[key], b[key]));
}
