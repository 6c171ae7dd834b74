import {
  decodeRecordQuestion,
  decodeRoute,
  decodeSourceRoute,
  encodeHopBody,
  encodeRecordAnswer,
  encodeReply,
  encodeSourceReply,
  type NodeId,
  nextSourceHandle,
  OVERLAY,
  OVERLAY_HEADER_BYTES,
  OVERLAY_TTL,
  type OverlayAnswer,
  type OverlayFrame,
  type OverlayKey,
  type OverlayRecord,
  type OverlayRequest,
  type RecordAnswer,
  replyPath,
} from "@starling/protocol";
import { type Conduct, compareXor, type OverlayPort } from "@starling/sim";
import { EPOCH } from "./overlay-host.ts";

type Port = OverlayPort<OverlayFrame>;
/** What a bad node answers instead of its machine; null: whatever the machine answers. */
type Lie = (frame: OverlayFrame, request: OverlayRequest, as: NodeId) => OverlayAnswer | null;

/** Link handles from here on are made up by colluders: each stands for one of their ring. */
const FALSE_HANDLES = 0xff00;
const RING = 0x100;

/** Of these types are requests and answers; the rest keeps links alive. */
const CARRYING = new Set<number>([OVERLAY.route, OVERLAY.reply, OVERLAY["source-route"], OVERLAY["source-reply"]]);

/**
 * Acknowledges requests and forgets them, and answers that should pass it too; says whatever else a good node says. Its
 * own questions are answered, or it would find no place in the overlay.
 */
export function dropsRequests(self: NodeId): Conduct<OverlayFrame> {
  const own = new Set<string>();
  return {
    outgoing: (frame, to) => {
      if (frame.source === self && CARRYING.has(frame.type)) own.add(frame.id);
      return { frame, to };
    },
    incoming: (frame, from, port) => {
      if (!CARRYING.has(frame.type) || own.has(frame.id) || isConnecting(frame, self)) return frame;
      if (frame.type === OVERLAY.route) acknowledge(frame, from, self, port);
      return null;
    },
  };
}

/** A connection message to the bad node itself: it lets others link with it. */
function isConnecting(frame: OverlayFrame, self: NodeId): boolean {
  return frame.target === self && requestOf(frame)?.kind === "carry";
}

/**
 * Answers every request that reaches it, on its own behalf and on that of its friends: the nodes nearest to anything are
 * of the ring, nothing is stored anywhere, and whatever is to be stored has been stored.
 */
export function colluding(
  self: NodeId,
  ring: ReadonlySet<string>,
  keyOf: (id: string) => Uint8Array | undefined,
): Conduct<OverlayFrame> {
  const lie: Lie = (frame, request, as) => {
    switch (request.kind) {
      case "find-node":
        return ringAround(frame, as, [...ring], keyOf);
      case "record":
        return { kind: "record-answer", from: as, body: encodeRecordAnswer(denial(request.body)) };
      case "message":
        return { kind: "delivered", to: as };
      default:
        return null;
    }
  };
  return answering(self, lie, (handle) => [...ring][handle - FALSE_HANDLES]);
}

/** Remembers the first version of each record that it is asked to hold, and serves that for ever. */
export function rollingBack(self: NodeId): Conduct<OverlayFrame> {
  const first = new Map<OverlayKey, OverlayRecord>();
  const lie: Lie = (frame, request, as) => {
    if (request.kind !== "record") return null;
    const question = decodeRecordQuestion(request.body);
    if (question?.type === "put" && !first.has(frame.target)) first.set(frame.target, question.record);
    const old = first.get(frame.target);
    if (question?.type !== "get" || old === undefined) return null;
    const answer: RecordAnswer = { type: "records", records: [old], next: null, token: null };
    return { kind: "record-answer", from: as, body: encodeRecordAnswer(answer) };
  };
  return answering(self, lie, () => undefined);
}

/** Answers requests with lies where there are any, by whichever way they came. */
function answering(
  self: NodeId,
  lie: Lie,
  impersonated: (handle: number) => string | undefined,
): Conduct<OverlayFrame> {
  return {
    incoming: (frame, from, port) => {
      const as = addressee(frame, self, impersonated);
      const request = as === null ? null : requestOf(frame);
      const answer = as === null || request === null ? null : lie(frame, request, as);
      if (answer === null) return frame;
      if (frame.type === OVERLAY.route) acknowledge(frame, from, self, port);
      const [type, body] =
        frame.type === OVERLAY.route
          ? [OVERLAY.reply, encodeReply({ hops: 1, answer })]
          : [OVERLAY["source-reply"], encodeSourceReply({ path: pathBack(frame), answer })];
      const target = frame.type === OVERLAY.route ? (from as NodeId) : frame.source;
      send(port, from, { type, flags: 0, ttl: OVERLAY_TTL, id: frame.id, target, source: self, body });
      return null;
    },
  };
}

/** Whom a request that came here is meant for: any `route`, source routes that end here or lead to a made-up link. */
function addressee(frame: OverlayFrame, self: NodeId, of: (handle: number) => string | undefined): NodeId | null {
  if (frame.type === OVERLAY.route) return self;
  if (frame.type !== OVERLAY["source-route"]) return null;
  const handle = nextSourceHandle(frame.body);
  if (handle === null) return self;
  return handle < FALSE_HANDLES ? null : ((of(handle) as NodeId | undefined) ?? null);
}

function requestOf(frame: OverlayFrame): OverlayRequest | null {
  if (frame.type === OVERLAY.route) return decodeRoute(frame.body)?.request ?? null;
  if (frame.type === OVERLAY["source-route"]) return decodeSourceRoute(frame.body)?.request ?? null;
  return null;
}

function pathBack(frame: OverlayFrame): readonly number[] {
  const route = decodeSourceRoute(frame.body);
  return route === null ? [] : replyPath(route.path);
}

function ringAround(
  frame: OverlayFrame,
  as: NodeId,
  ring: readonly string[],
  keyOf: (id: string) => Uint8Array | undefined,
): OverlayAnswer {
  const nodes = ring
    .slice(0, RING)
    .map((id, index) => ({
      id: id as NodeId,
      publicKey: keyOf(id) ?? new Uint8Array(32),
      handle: FALSE_HANDLES + index,
    }))
    .filter(({ id }) => id !== as && id !== frame.source)
    .sort((a, b) => compareXor(frame.target, a.id, b.id))
    .slice(0, 8);
  return { kind: "nodes", self: { id: as, publicKey: keyOf(as) ?? new Uint8Array(32) }, full: true, nodes };
}

function denial(body: Uint8Array): RecordAnswer {
  const question = decodeRecordQuestion(body);
  switch (question?.type) {
    case "token":
      return { type: "token", token: Uint8Array.of(1, 2, 3, 4), time: EPOCH };
    case "put":
      return { type: "stored", status: "stored", seq: "seq" in question.record ? question.record.seq : null };
    case "deliver":
      return { type: "delivered", count: 1 };
    default:
      return { type: "records", records: [], next: null, token: null };
  }
}

function acknowledge({ id }: OverlayFrame, to: string, self: NodeId, port: Port): void {
  const body = encodeHopBody({ type: "ack", taken: true });
  send(port, to, { type: OVERLAY.ack, flags: 0, ttl: 1, id, target: to as NodeId, source: self, body });
}

function send(port: Port, to: string, frame: OverlayFrame): void {
  port.send(to, frame, OVERLAY_HEADER_BYTES + frame.body.length);
}
