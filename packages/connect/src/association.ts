import { encodeDescriptionBody, fingerprintOf, MAX_SDP_BYTES, utf8 } from "@starling/protocol";
import type { DownReason } from "./effects.ts";
import type { ConnectInput, Description } from "./inputs.ts";
import { endSession } from "./lifecycle.ts";
import { HELLO_TIMEOUT_MS } from "./limits.ts";
import { receiveHello } from "./receiving.ts";
import { post, postCandidate, postHello } from "./sending.ts";
import { ownDescription, type Session } from "./session.ts";
import type { State } from "./state.ts";

type Report = Extract<ConnectInput, { readonly session: string }>;

/** What a session's association reports; of a session that has ended already, nothing counts. */
export function associationReported(state: State, report: Report): void {
  const session = state.sessions.get(report.session);
  if (session === undefined) return;
  switch (report.type) {
    case "described":
      described(state, session, report.description);
      break;
    case "gathered":
      postCandidate(state, session, report.candidate);
      break;
    case "opened":
      opened(state, session);
      break;
    case "hello":
      receiveHello(state, session, report.body);
      break;
    case "closed":
      endSession(state, session, { reason: downReason(report.reason), detail: report.reason, closed: true });
  }
}

/** Our description goes out once; a later one (renegotiation) has no place in the protocol. */
function described(state: State, session: Session, { type, sdp }: Description): void {
  if (session.phase !== "negotiating" || session.localFingerprint !== null || type !== ownDescription(session)) return;
  session.localFingerprint = fingerprintOf(sdp);
  if (session.localFingerprint === null || utf8(sdp).length > MAX_SDP_BYTES) {
    endSession(state, session, { reason: "protocol", detail: `our ${type} is not of the expected form` });
    return;
  }
  post(state, session, type, encodeDescriptionBody({ sdp }));
}

function opened(state: State, session: Session): void {
  if (session.phase !== "negotiating") return;
  session.phase = "hello";
  session.deadline = state.now + HELLO_TIMEOUT_MS;
  session.unanswered = [];
  postHello(state, session);
}

/** The words are those of transport's `Closed`; further text may follow. */
function downReason(reason: string): DownReason {
  const [word] = reason.split(/[^a-z-]/);
  switch (word) {
    case "ice-failed":
    case "setup-failed":
      return "ice-failed";
    case "frame-too-large":
    case "overrun":
      return "protocol";
    default:
      return "remote-closed";
  }
}
