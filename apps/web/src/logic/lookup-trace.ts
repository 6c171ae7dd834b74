import type { LookupView } from "@starling/client";

/** `silent`: no answer was seen before the node was given up or the look-up ended. */
export type Answer = "waiting" | "answered" | "silent";

export interface AskedNode {
  readonly id: string;
  /** Links between this node and it; null if it was asked and had answered between two looks. */
  readonly hops: number | null;
  readonly answer: Answer;
}

/** What was seen of one look-up, while it ran and after. */
export interface LookupTrace {
  /** Grows from one look-up to the next. */
  readonly serial: number;
  readonly key: string;
  /** In the order in which they were asked. */
  readonly asked: readonly AskedNode[];
  readonly running: boolean;
  /** Node nearest the key; null until known, which only one's own look-ups tell. */
  readonly nearest: string | null;
}

/** Look-ups remembered, newest first. */
const KEPT = 5;

/** Follows the look-ups of a view: new ones come first, those that are gone have ended. The same array if nothing moves. */
export function followLookups(traces: readonly LookupTrace[], views: readonly LookupView[]): readonly LookupTrace[] {
  if (views.length === 0 && !traces.some(({ running }) => running)) return traces;
  const seen = askedByKey(views);
  const followed = traces.map((trace) => {
    if (!trace.running) return trace;
    const asked = seen.get(trace.key);
    seen.delete(trace.key);
    return asked ? { ...trace, asked: mergeAsked(trace.asked, asked) } : ended(trace);
  });
  let serial = traces[0]?.serial ?? 0;
  for (const [key, asked] of seen) {
    serial++;
    followed.unshift({ serial, key, asked: mergeAsked([], asked), running: true, nearest: null });
  }
  return followed.slice(0, KEPT);
}

/** A look-up of one's own ended with these nodes, nearest first, `self` maybe among them; all others answered. */
export function endLookup(
  traces: readonly LookupTrace[],
  key: string,
  nodes: readonly string[],
  self: string,
): readonly LookupTrace[] {
  const index = traces.findIndex((trace) => trace.key === key);
  return traces.map((trace, i) => (i === index ? ended(withResult(trace, nodes, self)) : trace));
}

/** Hops of the longest way to a node that answered; 0 if none did. */
export function longestWay({ asked }: LookupTrace): number {
  return Math.max(0, ...asked.map(({ hops, answer }) => (answer === "answered" ? (hops ?? 0) : 0)));
}

type Asked = LookupView["asked"];

/** Two look-ups of one key are shown as one. */
function askedByKey(views: readonly LookupView[]): Map<string, Asked> {
  const byKey = new Map<string, Asked>();
  for (const { key, asked } of views) byKey.set(key, [...(byKey.get(key) ?? []), ...asked]);
  return byKey;
}

function mergeAsked(before: readonly AskedNode[], asked: Asked): AskedNode[] {
  const now = new Map(asked.map((node) => [node.id as string, node]));
  const merged = new Map<string, AskedNode>();
  for (const node of before) {
    const next = now.get(node.id);
    if (next) merged.set(node.id, askedNode(next, node.answer === "answered"));
    // Whoever failed is no longer listed; whoever answered may be forgotten as too far.
    else merged.set(node.id, node.answer === "waiting" ? { ...node, answer: "silent" } : node);
  }
  for (const node of asked) if (!merged.has(node.id)) merged.set(node.id, askedNode(node, false));
  return [...merged.values()];
}

function askedNode({ id, hops, answered }: Asked[number], answeredBefore: boolean): AskedNode {
  return { id, hops: hops > 0 ? hops : null, answer: answered || answeredBefore ? "answered" : "waiting" };
}

function withResult(trace: LookupTrace, nodes: readonly string[], self: string): LookupTrace {
  const found = new Set(nodes.filter((id) => id !== self));
  const asked = trace.asked.map((node) => (found.delete(node.id) ? { ...node, answer: "answered" as const } : node));
  const unseen = [...found].map((id): AskedNode => ({ id, hops: null, answer: "answered" }));
  return { ...trace, asked: [...asked, ...unseen], nearest: nodes[0] ?? null };
}

function ended(trace: LookupTrace): LookupTrace {
  const asked = trace.asked.map((node) => (node.answer === "waiting" ? { ...node, answer: "silent" as const } : node));
  return { ...trace, asked, running: false };
}
