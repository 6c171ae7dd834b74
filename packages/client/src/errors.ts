import type { DhtFailure } from "@starling/dht";
import type { Share } from "./api.ts";

/** Base of what the scripting API rejects with. `message` is a sentence for a person: what happened and what to do. */
export class StarlingError extends Error {
  override readonly name: string = "StarlingError";
}

/** The link is malformed. Its code says how: cut off, wrong version, or no Starling link at all. */
export class LinkError extends StarlingError {
  override readonly name = "LinkError";
  readonly code: "malformed" | "cut" | "version";
  constructor(code: LinkError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The share is protected by a password that was not given, or is not this one. */
export class PasswordError extends StarlingError {
  override readonly name = "PasswordError";
  readonly reason: "missing" | "wrong";
  constructor(reason: "missing" | "wrong") {
    super(
      reason === "missing"
        ? "This share is protected by a password. Enter the one the sender gave you."
        : "That password does not open this share. Check it with the sender and try again.",
    );
    this.reason = reason;
  }
}

/** Nobody who has the share answered within 20 s. `share` goes on looking. */
export class NotFoundError extends StarlingError {
  override readonly name = "NotFoundError";
  readonly share: Share;
  constructor(share: Share) {
    super(
      "Nobody who has these files is online now. Keep this page open: it starts by itself when the sender comes back.",
    );
    this.share = share;
  }
}

/** A path that the share does not have. */
export class PathError extends StarlingError {
  override readonly name = "PathError";
}

/** What was given to `share` or `attach` cannot be used; the message names the file. */
export class SourceError extends StarlingError {
  override readonly name = "SourceError";
}

/** The browser refused to keep bytes. */
export class StorageError extends StarlingError {
  override readonly name = "StorageError";
  readonly reason: "quota" | "unavailable";
  constructor(reason: "quota" | "unavailable", message: string) {
    super(message);
    this.reason = reason;
  }
}

/** `blob` of a file that is not complete here. */
export class NotCompleteError extends StarlingError {
  override readonly name = "NotCompleteError";
}

/** The platform's AbortError, as `fetch` rejects with. */
export function abortError(message: string): DOMException {
  return new DOMException(message, "AbortError");
}

/** Why an operation of the overlay came to nothing; a sentence for each in {@link OverlayError}. */
export type OverlayFailure = DhtFailure | "bad-key";

const OVERLAY_SENTENCES: Readonly<Record<OverlayFailure, string>> = {
  unreachable: "No other browser of the network answered. Wait until this page is linked to one, then try again.",
  "too-large": "The value or message is larger than the network carries. Make it smaller.",
  "not-found": "Nothing is stored under this key. It may have run out: ask its publisher to store it again.",
  "not-stored": "Too few browsers of the network took the record. Try again in a minute.",
  conflict: "A newer version stands. Read it, and store with its sequence number as the expected one.",
  equivocation: "The publisher signed two values with one number, so neither can be trusted.",
  "no-subscriber": "Nobody listens to this topic now.",
  limited: "Too much at once. Wait a minute and try again.",
  "bad-key": "This is no key of the network.",
};

/** An operation of {@link Client.overlay} failed; `code` says how. */
export class OverlayError extends StarlingError {
  override readonly name = "OverlayError";
  readonly code: OverlayFailure;
  /** What the network said, for a developer. */
  readonly detail: string;
  constructor(code: OverlayFailure, detail: string) {
    super(OVERLAY_SENTENCES[code]);
    this.code = code;
    this.detail = detail;
  }
}
