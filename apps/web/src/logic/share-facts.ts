import type { FileInfo, Peer } from "@starling/client";
import type { ShareView } from "../state/share-view.ts";
import {
  formatBytes,
  formatCopies,
  formatCount,
  formatDuration,
  formatRate,
  formatRoundTrip,
  percentOf,
} from "./format.ts";

/** What of a share's state matters to the pages, and in which words; all pure. */

/** Everything wanted is here and can be saved, also when it runs in another tab. */
export function isComplete(share: ShareView): boolean {
  if (share.state === "complete") return true;
  const { bytesVerified, bytesTotal } = share.progress;
  return share.state === "elsewhere" && !share.mine && share.selection.length > 0 && bytesVerified >= bytesTotal;
}

/** Something was asked for and is not all here yet. */
export function isFetching(share: ShareView): boolean {
  return !share.mine && share.selection.length > 0 && !isComplete(share) && share.state !== "preparing";
}

/** Received, with its list known and nothing asked for yet. */
export function isFresh(share: ShareView): boolean {
  return !share.mine && share.files.length > 0 && share.selection.length === 0;
}

const PAUSABLE: ReadonlySet<ShareView["state"]> = new Set(["seeding", "downloading", "waiting", "complete"]);
const RESUMABLE: ReadonlySet<ShareView["state"]> = new Set(["paused", "failed"]);

/** Which of the two buttons applies now. */
export function pauseAction(share: ShareView): "Pause" | "Resume" | null {
  if (PAUSABLE.has(share.state)) return "Pause";
  return RESUMABLE.has(share.state) ? "Resume" : null;
}

/** Removing it could destroy bytes that exist nowhere else: received (a sender has the originals) and not held elsewhere. */
export function holdsOnlyCopy(share: ShareView): boolean {
  return !share.mine && share.progress.bytesVerified > 0 && share.progress.copies < 2;
}

export interface Safety {
  readonly safe: boolean;
  readonly text: string;
}

/** Whether this tab may be closed, honestly: a copy counts only when it is whole. */
export function safetyOf(share: ShareView): Safety | null {
  if (share.mine && share.state === "seeding") return senderSafety(share);
  if (share.mine || share.state === "elsewhere") return null;
  if (share.state === "complete") return receiverSafety(share);
  if (!isFetching(share) || share.state === "failed") return null;
  return {
    safe: true,
    text: "You can close this tab: what has arrived is kept, and the rest follows when you return.",
  };
}

function senderSafety({ progress }: ShareView): Safety {
  const others = Math.floor(progress.copies - 1 + 1e-9);
  if (others < 1) return { safe: false, text: "Keep this tab open: you hold the only whole copy." };
  return { safe: true, text: `Safe to close while ${whoHas(others)} online.` };
}

function receiverSafety({ progress }: ShareView): Safety {
  const others = Math.floor(progress.copies - 1 + 1e-9);
  if (others < 1)
    return { safe: false, text: "You hold the only whole copy online. Keep this tab open if others still need it." };
  return { safe: true, text: `You can close this tab: ${whoHas(others)} online too.` };
}

function whoHas(others: number): string {
  return others === 1 ? "another whole copy is" : `${others} other whole copies are`;
}

/** One word or two for a badge; the full sentence is the share's status. */
export function badgeOf(share: ShareView): string {
  return BADGES[share.state];
}

const BADGES: Record<ShareView["state"], string> = {
  preparing: "Preparing",
  seeding: "Sharing",
  idle: "Not started",
  downloading: "Downloading",
  paused: "Paused",
  waiting: "Waiting",
  complete: "Complete",
  "needs-files": "Needs its files",
  elsewhere: "In another tab",
  failed: "Failed",
};

/** `3 files, 1.20 GB`. */
export function contentsOf(share: Pick<ShareView, "files" | "folders">): string {
  const bytes = share.files.reduce((sum, file) => sum + file.size, 0);
  const parts = [formatCount(share.files.length, "file"), formatBytes(bytes)];
  if (share.folders.length > 0) parts.splice(1, 0, formatCount(share.folders.length, "empty folder"));
  return parts.join(", ");
}

/** `12.3 MB of 45.6 MB · 1.20 MB/s · 28 s left`, without what is not known. */
export function progressLine({ progress, state }: ShareView): string {
  const parts = [`${formatBytes(progress.bytesVerified)} of ${formatBytes(progress.bytesTotal)}`];
  const moving = state === "downloading" || state === "preparing" || state === "elsewhere";
  if (moving && progress.downRate > 0) parts.push(formatRate(progress.downRate));
  if (moving && progress.etaSeconds !== null) parts.push(`${formatDuration(progress.etaSeconds)} left`);
  return parts.join(" · ");
}

const ACTIVITY: Record<Peer["activity"], string> = {
  sending: "Receiving from you",
  receiving: "Sending to you",
  both: "Exchanging",
  "waiting-for-slot": "Waiting for a free slot",
  idle: "Connected",
};

/** `Sending to you · 1.20 MB/s · 24 ms · relayed`. */
export function peerLine(peer: Peer): string {
  const rates = [
    peer.downRate > 0 ? `↓ ${formatRate(peer.downRate)}` : "",
    peer.upRate > 0 ? `↑ ${formatRate(peer.upRate)}` : "",
  ];
  const trip = peer.roundTripMs === null ? "" : formatRoundTrip(peer.roundTripMs);
  return [ACTIVITY[peer.activity], ...rates, trip, peer.relayed ? "relayed" : ""].filter(Boolean).join(" · ");
}

/** Why nobody is linked for this share. */
export function noPeersLine({ link, mine, progress }: ShareView): string {
  if (link === null) return "Others can come as soon as there is a link.";
  const isNew = mine && progress.bytesUploaded === 0;
  return isNew ? "Nobody has opened the link yet." : "No other browser is connected for this share.";
}

/** What helps a share that needs its files. */
export function missingFilesRemedy({ canReattach, link }: ShareView): string {
  if (canReattach) return "After a reload the browser asks once more before this page may read these files.";
  if (link === null)
    return "Give the share the same files again, or drop them here. The link appears when they are ready.";
  return "This browser keeps no copy of these files. Give the share the same files again, or drop them here, and the link goes on working.";
}

/** Copies as a fact with its unit. */
export function copiesLine(copies: number): string {
  return `${formatCopies(copies)} ${copies === 1 ? "copy" : "copies"} online`;
}

/** A share's title for show; `clean` strips what may not be shown. */
export function titleOf(share: ShareView | undefined, clean: (text: string) => string): string {
  const title = share ? clean(share.title) : "";
  if (title !== "") return title;
  return share?.files.length === 0 ? "Waiting for the sender" : "Untitled";
}

/** What the browser's tab says. */
export function documentTitle(share: ShareView | null, shownTitle: string): string {
  if (!share) return "Starling";
  const { bytesVerified, bytesTotal } = share.progress;
  const moving = share.state === "preparing" || isFetching(share);
  const prefix = moving && bytesTotal > 0 ? `${percentOf(bytesVerified, bytesTotal)} % · ` : "";
  return `${prefix}${shownTitle} – Starling`;
}

/** Whole percent of each file, by path; `verified` gives a file's verified bytes. */
export function percentByPath(
  files: readonly FileInfo[],
  verified: (path: string) => number,
): ReadonlyMap<string, number> {
  return new Map(files.map(({ path, size }) => [path, percentOf(verified(path), size)]));
}
