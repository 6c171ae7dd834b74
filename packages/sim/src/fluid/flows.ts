import { shareOut } from "./share-out.ts";

/** Bytes that wait between two nodes, and how many of them move in the running step. */
export interface Flow {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  /** Bytes that wait. */
  queued: number;
  /** Bytes of them that {@link allot} lets through. */
  granted: number;
}

/** A node's two sides. Bytes per step. */
export interface FlowEnd {
  readonly up: number;
  readonly down: number;
}

/**
 * Rounds of offers and grants. Each gives what receivers refused to the sender's other flows; where downlinks are wider
 * than uplinks, as nearly everywhere, the second changes little.
 */
const ROUNDS = 3;

/**
 * How many bytes of each flow move in one step: every sender divides its uplink among its flows, every receiver its
 * downlink among what it is offered, both max-min fair, in a few rounds. No side ever carries more than its capacity.
 */
export function allot(flows: readonly Flow[]): void {
  for (const flow of flows) flow.granted = 0;
  let open: readonly Flow[] = flows;
  for (let round = 0; round < ROUNDS && open.length > 0; round++) open = settle(flows, open);
}

/** One round for the flows that are still open; returns those that may get more. */
function settle(flows: readonly Flow[], open: readonly Flow[]): Flow[] {
  const sent = sums(flows, (flow) => flow.from);
  const received = sums(flows, (flow) => flow.to);
  const offers = new Map<Flow, number>();
  for (const [end, own] of groups(open, (flow) => flow.from)) {
    const wishes = own.map((flow) => flow.queued - flow.granted);
    const shares = shareOut(end.up - (sent.get(end) ?? 0), wishes);
    own.forEach((flow, i) => {
      offers.set(flow, shares[i] ?? 0);
    });
  }
  const next: Flow[] = [];
  for (const [end, own] of groups(open, (flow) => flow.to)) {
    const offered = own.map((flow) => offers.get(flow) ?? 0);
    const grants = shareOut(end.down - (received.get(end) ?? 0), offered);
    own.forEach((flow, i) => {
      const grant = grants[i] ?? 0;
      flow.granted += grant;
      // A receiver that cut an offer is full; a flow without anything left wants no more.
      if (grant >= (offered[i] ?? 0) && flow.granted < flow.queued) next.push(flow);
    });
  }
  return next;
}

function groups(flows: readonly Flow[], of: (flow: Flow) => FlowEnd): Map<FlowEnd, Flow[]> {
  const out = new Map<FlowEnd, Flow[]>();
  for (const flow of flows) {
    const own = out.get(of(flow));
    if (own === undefined) out.set(of(flow), [flow]);
    else own.push(flow);
  }
  return out;
}

function sums(flows: readonly Flow[], of: (flow: Flow) => FlowEnd): Map<FlowEnd, number> {
  const out = new Map<FlowEnd, number>();
  for (const flow of flows) if (flow.granted > 0) out.set(of(flow), (out.get(of(flow)) ?? 0) + flow.granted);
  return out;
}
