import { concat, fromHex, toHex } from "./bytes.ts";
import { DecodeError } from "./errors.ts";
import type { NodeId } from "./ids.ts";
import { MAX_HANDLE, MAX_SOURCE_PATH, MAX_VISITED, VISITED_BYTES } from "./limits.ts";
import type { SourcePath } from "./overlay-messages.ts";

/*
 * The bodies of routed frames begin with what a relay needs, in fixed places, so that it decodes no CBOR:
 *   route         u8 n, n nodes passed of 4 bytes each
 *   reply         u8 hops
 *   source-route  u8 at, u8 n, n handles u16 forward, n handles u16 back
 *   source-reply  u8 n, n handles u16, the next one first
 * Behind it come the kind u8 of the request or answer, and its payload. All functions take whole bodies, refuse a
 * malformed beginning with DecodeError and leave their input as it is.
 */

const HANDLE_BYTES = 2;

/** A body's beginning, decoded, and the rest as a view. */
export interface Split<Prefix> {
  readonly prefix: Prefix;
  readonly rest: Uint8Array;
}

/** How a node appears among those that a `route` passed: the first 4 bytes of its id as hex. */
export function visitedMark(node: NodeId): string {
  return node.slice(0, 2 * VISITED_BYTES);
}

/** @throws RangeError beyond {@link MAX_VISITED}. */
export function joinVisited(visited: readonly string[], rest: Uint8Array): Uint8Array<ArrayBuffer> {
  if (visited.length > MAX_VISITED) throw new RangeError("too many nodes passed");
  return concat(Uint8Array.of(visited.length), fromHex(visited.join("")), rest);
}

/** Nodes that a `route` passed, the source first. @throws DecodeError */
export function splitVisited(body: Uint8Array): Split<readonly string[]> {
  const count = countAt(body, 0, MAX_VISITED);
  const end = endOf(body, 1 + count * VISITED_BYTES);
  const hex = toHex(body.subarray(1, end));
  const width = 2 * VISITED_BYTES;
  return {
    prefix: Array.from({ length: count }, (_, i) => hex.slice(i * width, (i + 1) * width)),
    rest: body.subarray(end),
  };
}

/** The body of a `route` to pass on: `node` entered. Null if no more fit. @throws DecodeError */
export function addVisited(body: Uint8Array, node: NodeId): Uint8Array<ArrayBuffer> | null {
  const count = countAt(body, 0, MAX_VISITED);
  const end = endOf(body, 1 + count * VISITED_BYTES);
  if (count === MAX_VISITED) return null;
  return concat(Uint8Array.of(count + 1), body.subarray(1, end), fromHex(visitedMark(node)), body.subarray(end));
}

/** @throws RangeError on a path that is too long or whose parts do not fit each other. */
export function joinSourcePath({ at, forward, back }: SourcePath, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  if (back.length !== forward.length || at < 0 || at > forward.length) throw new RangeError("bad source path");
  return concat(Uint8Array.of(at, forward.length), handleBytes(forward), handleBytes(back), rest);
}

/** @throws DecodeError */
export function splitSourcePath(body: Uint8Array): Split<SourcePath> {
  const { at, count, end } = sourceBounds(body);
  const backAt = 2 + count * HANDLE_BYTES;
  const prefix = { at, forward: handles(body, 2, count), back: handles(body, backAt, count) };
  return { prefix, rest: body.subarray(end) };
}

/** The handle by which a `source-route` leaves this node; null: it is meant for this node. @throws DecodeError */
export function nextSourceHandle(body: Uint8Array): number | null {
  const { at, count } = sourceBounds(body);
  return at === count ? null : viewOf(body).getUint16(2 + at * HANDLE_BYTES);
}

/**
 * The body of a `source-route` to pass on: one handle used, and this node's handle of the link that it came by entered.
 * @throws DecodeError also when the frame is where it is meant for.
 */
export function advanceSource(body: Uint8Array, cameBy: number): Uint8Array<ArrayBuffer> {
  const { at, count } = sourceBounds(body);
  if (at === count) throw new DecodeError("bad-path");
  const next = Uint8Array.from(body);
  next[0] = at + 1;
  viewOf(next).setUint16(2 + (count + at) * HANDLE_BYTES, cameBy);
  return next;
}

/** The path of the answer to a `source-route` that stopped here: handles of the nodes that it passed, latest first. */
export function replyPath({ at, back }: SourcePath): readonly number[] {
  return back.slice(0, at).reverse();
}

/** @throws RangeError on a path that is too long. */
export function joinReplyPath(path: readonly number[], rest: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(path.length), handleBytes(path), rest);
}

/** @throws DecodeError */
export function splitReplyPath(body: Uint8Array): Split<readonly number[]> {
  const count = countAt(body, 0, MAX_SOURCE_PATH);
  const end = endOf(body, 1 + count * HANDLE_BYTES);
  return { prefix: handles(body, 1, count), rest: body.subarray(end) };
}

/** The handle by which a `source-reply` leaves this node; null: it is meant for this node. @throws DecodeError */
export function nextReplyHandle(body: Uint8Array): number | null {
  const count = countAt(body, 0, MAX_SOURCE_PATH);
  endOf(body, 1 + count * HANDLE_BYTES);
  return count === 0 ? null : viewOf(body).getUint16(1);
}

/** The body of a `source-reply` to pass on: one handle taken off. @throws DecodeError */
export function advanceReply(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = countAt(body, 0, MAX_SOURCE_PATH);
  endOf(body, 1 + count * HANDLE_BYTES);
  if (count === 0) throw new DecodeError("bad-path");
  return concat(Uint8Array.of(count - 1), body.subarray(1 + HANDLE_BYTES));
}

function sourceBounds(body: Uint8Array): { at: number; count: number; end: number } {
  const count = countAt(body, 1, MAX_SOURCE_PATH);
  const at = countAt(body, 0, count);
  return { at, count, end: endOf(body, 2 + 2 * count * HANDLE_BYTES) };
}

function countAt(body: Uint8Array, index: number, max: number): number {
  const count = body[index];
  if (count === undefined || count > max) throw new DecodeError("bad-path");
  return count;
}

/** Checks that the body goes on to there at least. */
function endOf(body: Uint8Array, end: number): number {
  if (body.length < end) throw new DecodeError("bad-length");
  return end;
}

function handles(body: Uint8Array, from: number, count: number): number[] {
  const view = viewOf(body);
  return Array.from({ length: count }, (_, i) => view.getUint16(from + i * HANDLE_BYTES));
}

function handleBytes(path: readonly number[]): Uint8Array {
  if (path.length > MAX_SOURCE_PATH) throw new RangeError("path too long");
  const bytes = new Uint8Array(path.length * HANDLE_BYTES);
  const view = viewOf(bytes);
  for (const [i, handle] of path.entries()) {
    if (handle > MAX_HANDLE) throw new RangeError("bad handle");
    view.setUint16(i * HANDLE_BYTES, handle);
  }
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
