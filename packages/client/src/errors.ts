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
