export interface Flood {
  /** Hops to the nearest node that satisfied the goal; NaN if none did. */
  readonly hops: number;
  readonly messages: number;
}

export interface FloodRules {
  readonly ttl: number;
  readonly neighbours: (node: number) => ReadonlySet<number>;
  /** Whether the node takes part. */
  readonly answers: (node: number) => boolean;
  readonly goal: (node: number) => boolean;
}

/** Breadth first from one node. Each node forwards once, not back to whence it came; copies count as messages. */
export function flood(from: number, { ttl, neighbours, answers, goal }: FloodRules): Flood {
  const heard = new Set([from]);
  let edge = [from];
  let messages = 0;
  let hops = goal(from) ? 0 : Number.NaN;
  for (let hop = 1; hop <= ttl && edge.length > 0; hop++) {
    for (const node of edge) messages += Math.max(0, neighbours(node).size - (node === from ? 0 : 1));
    edge = [...new Set(edge.flatMap((node) => [...neighbours(node)]))].filter(
      (node) => !heard.has(node) && answers(node),
    );
    for (const node of edge) heard.add(node);
    if (Number.isNaN(hops) && edge.some(goal)) hops = hop;
  }
  return { hops, messages };
}
