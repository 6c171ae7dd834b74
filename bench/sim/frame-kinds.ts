import {
  decodeReply,
  decodeRoute,
  decodeSourceReply,
  decodeSourceRoute,
  OVERLAY,
  type OverlayFrame,
} from "@starling/protocol";

const NAMES = new Map<number, string>(Object.entries(OVERLAY).map(([name, type]) => [type, name]));

/** What a frame is for: its type, and the kind of what it carries. */
export function frameKind(frame: OverlayFrame): string {
  const name = NAMES.get(frame.type) ?? "unknown";
  const kind = carriedKind(frame);
  return kind === null ? name : `${name}: ${kind}`;
}

function carriedKind({ type, target, source, body }: OverlayFrame): string | null {
  switch (type) {
    case OVERLAY.route:
      return decodeRoute(body)?.request.kind ?? null;
    case OVERLAY.reply:
      return decodeReply(body)?.answer.kind ?? null;
    case OVERLAY["source-route"]: {
      const kind = decodeSourceRoute(body)?.request.kind ?? null;
      return kind === "find-node" && target === source ? "find-node, oneself" : kind;
    }
    case OVERLAY["source-reply"]:
      return decodeSourceReply(body)?.answer.kind ?? null;
    default:
      return null;
  }
}
