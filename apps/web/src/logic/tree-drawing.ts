import type { Band, Branch, IdTree, Leaf, Step } from "./id-tree.ts";
import { shortId } from "./ids.ts";
import type { AskedNode, LookupTrace } from "./lookup-trace.ts";
import { partOfIds } from "./network-facts.ts";

/** Where things go, in pixels; paths as SVG takes them. */
export interface TreeDrawing {
  readonly width: number;
  readonly height: number;
  readonly bands: readonly { readonly prefix: number; readonly box: Box; readonly label: Label | null }[];
  readonly branches: readonly { readonly path: string; readonly own: boolean }[];
  readonly steps: readonly { readonly depth: number; readonly label: Label | null; readonly stub: string | null }[];
  readonly leaves: readonly (Leaf & Point & { readonly label: Label })[];
  readonly arcs: readonly (AskedNode & { readonly path: string; readonly label: Label | null })[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface Label extends Point {
  readonly text: string;
  readonly anchor: "start" | "middle" | "end";
  /** Degrees. */
  readonly turn: number;
}

/** The tree hangs down where there is width for it, and grows to the right on a phone. */
interface Frame {
  readonly down: boolean;
  /** Pixels for a column and for a bit. */
  readonly pitch: number;
  readonly step: number;
  /** Before the first column, and above the root. */
  readonly margin: number;
  readonly top: number;
  /** Room for the names of the leaves, and for the arcs of a look-up. */
  readonly names: number;
  readonly arcs: number;
}

const WIDE = 620;
const CORNER = 7;
const GAP = 3;
/** How far the flattest arc bows, and how far along an arc its number stands. */
const ARC_FLAT = 22;
const LABEL_AT = 0.88;
/** What a letter of a part's name takes, about. */
const LETTER = 6.5;
/** Below these widths of a column names are cut to four digits, and turned; and arcs have no numbers. */
const PITCH_FOR_SIX = 52;
const PITCH_FOR_FOUR = 36;
const PITCH_FOR_HOPS = 16;

/** @param width of what it is drawn in; more is used if there are too many columns. */
export function drawTree(tree: IdTree, trace: LookupTrace | null, width: number): TreeDrawing {
  const frame = frameOf(tree, trace !== null, width);
  const { leaves } = tree;
  const [across, along] = [frame.margin * 2 + leaves.length * frame.pitch, arcLine(frame, tree.depth) + frame.arcs];
  return {
    width: frame.down ? Math.max(across, width) : along,
    height: frame.down ? along : across,
    bands: tree.bands.map((band) => drawBand(frame, tree.depth, band)),
    branches: tree.branches.map((branch) => ({ path: branchPath(frame, branch), own: branch.own })),
    steps: tree.steps.map((step) => drawStep(frame, step)),
    leaves: leaves.map((leaf, column) => drawLeaf(frame, tree.depth, leaf, column)),
    arcs: trace ? drawArcs(frame, tree, trace) : [],
  };
}

function frameOf({ leaves, depth }: IdTree, withArcs: boolean, width: number): Frame {
  if (width < WIDE) {
    const step = clamp(92 / depth, 5, 22);
    const names = 100;
    const top = 12;
    const arcs = withArcs ? Math.max(48, width - top - depth * step - names) : 0;
    return { down: false, pitch: 26, step, margin: 4, top, names, arcs };
  }
  const pitch = clamp((width - 16) / leaves.length, 14, 128);
  const margin = Math.max(8, (width - leaves.length * pitch) / 2);
  const names = pitch < PITCH_FOR_FOUR ? 78 : 52;
  return { down: true, pitch, step: clamp(216 / depth, 10, 38), margin, top: 10, names, arcs: withArcs ? 128 : 0 };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** `across` counts pixels over the columns, `along` pixels from the root to the leaves. */
function place({ down }: Frame, across: number, along: number): Point {
  return down ? { x: across, y: along } : { x: along, y: across };
}

function acrossOf({ margin, pitch }: Frame, column: number): number {
  return margin + (column + 0.5) * pitch;
}

function alongOf({ top, step }: Frame, depth: number): number {
  return top + depth * step;
}

/** Where the names end and arcs begin. */
function arcLine(frame: Frame, depth: number): number {
  return alongOf(frame, depth) + frame.names;
}

function branchPath(frame: Frame, { from, to, top, bottom }: Branch): string {
  const start = place(frame, acrossOf(frame, from), alongOf(frame, top));
  const corner = place(frame, acrossOf(frame, to), alongOf(frame, top));
  const end = place(frame, acrossOf(frame, to), alongOf(frame, bottom));
  const before = towards(corner, start, CORNER);
  const after = towards(corner, end, CORNER);
  return `M${at(start)}L${at(before)}Q${at(corner)} ${at(after)}L${at(end)}`;
}

/** The point `most` pixels from `from` on the way to `to`, or half of the way if that is less. */
function towards(from: Point, to: Point, most: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return from;
  const part = Math.min(most, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The block behind a bucket: it begins where the bucket turns off, so that the blocks make stairs. */
function drawBand(frame: Frame, depth: number, { prefix, first, last }: Band): TreeDrawing["bands"][number] {
  const inset = Math.min(10, frame.step / 2);
  const start = place(frame, acrossOf(frame, first - 0.5) + GAP / 2, alongOf(frame, prefix) + inset);
  const end = place(frame, acrossOf(frame, last + 0.5) - GAP / 2, arcLine(frame, depth) - 2);
  const box = { ...start, width: end.x - start.x, height: end.y - start.y };
  return { prefix, box, label: bandLabel(frame, prefix, box) };
}

/** The part of all ids that a bucket covers: below the names, or behind them on a phone. */
function bandLabel({ down }: Frame, prefix: number, { x, y, width, height }: Box): Label | null {
  const { short } = partOfIds(prefix);
  if (!down) return { x: x + width - 7, y: y + height / 2 + 4, text: short, anchor: "end", turn: 0 };
  const long = `${short} of all ids`;
  const text = [long, short].find((each) => each.length * LETTER <= width - 4);
  return text === undefined ? null : { x: x + width / 2, y: y + height - 8, text, anchor: "middle", turn: 0 };
}

function drawStep(frame: Frame, { depth, bit, column, empty }: Step): TreeDrawing["steps"][number] {
  const across = acrossOf(frame, column);
  const start = place(frame, across, alongOf(frame, depth));
  const stub = place(frame, across + Math.min(14, frame.pitch / 3), alongOf(frame, depth));
  const middle = place(frame, across - (frame.down ? 6 : 5), alongOf(frame, depth + 0.5) + (frame.down ? 5 : 0));
  const label: Label = { ...middle, text: String(bit), anchor: frame.down ? "end" : "middle", turn: 0 };
  return { depth, label: frame.step >= 12 ? label : null, stub: empty ? `M${at(start)}L${at(stub)}` : null };
}

function drawLeaf(frame: Frame, depth: number, leaf: Leaf, column: number): TreeDrawing["leaves"][number] {
  const point = place(frame, acrossOf(frame, column), alongOf(frame, depth));
  return { ...leaf, ...point, label: leafLabel(frame, leaf, point) };
}

function leafLabel({ down, pitch }: Frame, { id, kind }: Leaf, { x, y }: Point): Label {
  const text = kind === "self" ? "You" : shortId(id);
  if (!down) return { x: x + 11, y: y + 4, text, anchor: "start", turn: 0 };
  if (pitch < PITCH_FOR_FOUR) return { x: x + 4, y: y + 12, text, anchor: "end", turn: -90 };
  return { x, y: y + 22, text: pitch < PITCH_FOR_SIX ? text.slice(0, 4) : text, anchor: "middle", turn: 0 };
}

/** One arc from this node to each that was asked, the farther the wider; over whom it went is theirs to know. */
function drawArcs(frame: Frame, tree: IdTree, { asked }: LookupTrace): TreeDrawing["arcs"] {
  const columns = new Map(tree.leaves.map(({ id }, column) => [id, column]));
  const targets = asked.map(({ id }) => columns.get(id) ?? 0);
  const ranks = [...targets].sort((a, b) => a - b);
  const base = arcLine(frame, tree.depth) + 3;
  return asked.map((node, index) => {
    const column = targets[index] ?? 0;
    const nesting = (ranks.indexOf(column) + 1) / ranks.length;
    // A cubic whose inner points are `bow` out reaches three quarters of it.
    const bow = ARC_FLAT + ((frame.arcs - 12) / 0.75 - ARC_FLAT) * nesting;
    return { ...node, ...drawArc(frame, acrossOf(frame, column), base, bow, node.hops) };
  });
}

function drawArc(frame: Frame, to: number, base: number, bow: number, hops: number | null) {
  const from = acrossOf(frame, 0);
  const inner = `${at(place(frame, from, base + bow))} ${at(place(frame, to, base + bow))}`;
  const path = `M${at(place(frame, from, base))}C${inner} ${at(place(frame, to, base))}`;
  if (hops === null || frame.pitch < PITCH_FOR_HOPS) return { path, label: null };
  // The same cubic, at one point.
  const t = LABEL_AT;
  const across = from + (to - from) * (3 * t ** 2 - 2 * t ** 3);
  const { x, y } = place(frame, across, base + bow * 3 * t * (1 - t));
  const label: Label = { x, y: y + 4, text: String(hops), anchor: "middle", turn: 0 };
  return { path, label };
}
