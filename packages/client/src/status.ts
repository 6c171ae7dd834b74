import type { ShareState } from "./api.ts";

/** What the status sentence is made from. */
export interface Situation {
  readonly state: ShareState;
  readonly error: string | null;
  readonly mine: boolean;
  /** Whether others can be found: the server is there, or a link of the overlay. */
  readonly isReachable: boolean;
  /** Linked peers of this share. */
  readonly peers: number;
  /** Peers that we send to now. */
  readonly sending: number;
  /** Whether the list of files is known. */
  readonly listed: boolean;
  readonly locked: boolean;
  /** A share of ours that found no room in the store: it is sent from the user's files. */
  readonly noRoom: boolean;
}

/** What is happening with a share, in words. Never empty. */
export function statusOf(situation: Situation): string {
  const { state, error } = situation;
  if (error !== null) return error;
  switch (state) {
    case "preparing":
      return "Preparing your files: hashing and encrypting them in this browser…";
    case "seeding":
      return situation.noRoom ? `${sentence(seedingStatus(situation))} ${NO_COPY}` : seedingStatus(situation);
    case "idle":
      return "Choose what to download.";
    case "downloading":
      return connectedTo(situation.peers);
    case "waiting":
      return waitingStatus(situation);
    case "paused":
      return "Paused. Nothing is sent or received.";
    case "complete":
      return situation.peers > 0
        ? `${connectedTo(situation.peers)}. While this page is open you help others who have the link.`
        : "Everything is here. While this page is open you help others who have the link.";
    case "needs-files":
      return situation.listed ? KEPT_NO_COPY : INTERRUPTED;
    case "elsewhere":
      return "This share runs in another tab of this browser.";
    case "failed":
      return "This share stopped.";
  }
}

function seedingStatus({ peers, sending, isReachable }: Situation): string {
  if (sending > 0) return `Sending to ${count(sending, "peer")}`;
  if (peers > 0) return connectedTo(peers);
  if (!isReachable) return "Looking for the server, so that others can find you…";
  return "Ready. Whoever opens the link downloads from you.";
}

function waitingStatus({ peers, listed, locked, isReachable }: Situation): string {
  if (locked) return "These files are protected by a password. Open the link again to enter it.";
  if (peers > 0)
    return listed
      ? "Connected, but nobody here has these files now: the sender may have to choose them again. It goes on by itself."
      : "Connected. Getting the list of files…";
  if (!isReachable) return "Looking for the server…";
  return listed
    ? "Nobody who has these files is online now. It goes on by itself when someone comes back."
    : "Looking for the sender's browser…";
}

const KEPT_NO_COPY =
  "This browser kept no copy of these files. Choose them again to go on sharing: until then others see only the list.";
const INTERRUPTED =
  "The page was closed before these files were prepared, so they have no link yet. Choose them again and it goes on.";
const NO_COPY =
  "This browser had no room for a copy, so the files are sent from where they are: leave them there, and choose them again after a reload.";

function sentence(text: string): string {
  return /[.…]$/.test(text) ? text : `${text}.`;
}

function connectedTo(peers: number): string {
  return `Connected to ${count(peers, "peer")}`;
}

function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}
