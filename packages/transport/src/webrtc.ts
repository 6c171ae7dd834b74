import SimplePeer, { type BundledPeer } from "simple-peer/simplepeer.min.js";
import { countingTransport } from "./counting-transport.ts";
import { channelErrorReason, peerErrorReason } from "./end-reason.ts";
import { FrameSender } from "./frame-sender.ts";
import { readLinkStats } from "./link-stats.ts";
import { BUFFER_LOW_WATER, type Priority } from "./send-queue.ts";
import type {
  Association,
  AssociationEvents,
  AssociationOptions,
  Candidate,
  Closed,
  Description,
  LinkStats,
  OutgoingFrame,
  Transport,
} from "./transport.ts";

/**
 * How long ICE may stay `disconnected` before the association counts as lost, in ms. Chrome reports `disconnected`
 * about 5 s after the last answer, and `failed` only 15 to 30 s after it; a network that changes over recovers sooner.
 * Nothing else in this file waits for a timer: those of a hidden tab are slow.
 */
const DISCONNECTED_GRACE = 6000;

/** Largest frame in either direction, in bytes: what Chrome and Firefox announce at most for a message (256 KiB). */
const MAX_FRAME = 256 * 1024;

/** The `max-message-size` of a description that names none (RFC 8841, section 6.1). */
const DEFAULT_MAX_MESSAGE = 64 * 1024;

const NO_STATS: LinkStats = { roundTripMs: null, checks: null, relayed: false };

/** WebRTC by simple-peer. Make one for a page: it counts the peer connections made. */
export function createWebRtcTransport(): Transport {
  return countingTransport((options, events) => new WebRtcAssociation(options, events));
}

/**
 * simple-peer does the negotiation. The channel is taken out of its hands: its stream would keep a copy of every
 * message that nobody reads, encode each frame, and wait for statistics and timers before it says `connect`.
 */
class WebRtcAssociation implements Association {
  readonly #events: AssociationEvents;
  readonly #listeners = new AbortController();
  /** Null if it could not even be made. */
  #peer: BundledPeer | null = null;
  #sender: FrameSender | null = null;
  #open = false;
  #ended = false;
  #iceState: RTCIceConnectionState = "new";
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: AssociationOptions, events: AssociationEvents) {
    this.#events = events;
    try {
      this.#peer = this.#createPeer(options);
    } catch (error) {
      this.#end("setup-failed", String(error));
    }
  }

  describe(description: Description): void {
    this.#signal({ type: description.type, sdp: description.sdp });
  }

  addCandidate({ candidate, sdpMid, sdpMLineIndex }: Candidate): void {
    this.#signal({ type: "candidate", candidate: { candidate, sdpMid, sdpMLineIndex } });
  }

  send(frame: OutgoingFrame, priority: Priority): void {
    this.#sender?.send(frame, priority);
  }

  get queuedBytes(): number {
    return this.#sender?.queuedBytes ?? 0;
  }

  get maxFrameBytes(): number {
    return this.#sender?.maxFrameBytes ?? 0;
  }

  close(detail: string): void {
    this.#end("local", detail);
  }

  async stats(): Promise<LinkStats> {
    const connection = this.#peer?._pc;
    if (!connection || this.#ended) return NO_STATS;
    return readLinkStats(await connection.getStats());
  }

  #createPeer({ initiator, iceServers }: AssociationOptions): BundledPeer {
    const peer = new SimplePeer({
      initiator,
      trickle: true,
      config: { iceServers: [...iceServers] },
      channelConfig: { negotiated: true, id: 0 },
    });
    peer.on("signal", (signal) => this.#onSignal(signal));
    peer.on("iceStateChange", (state) => this.#onIceState(state));
    peer.on("error", (error) => this.#end(peerErrorReason(error, this.#iceState), error.message));
    peer.on("close", () => this.#end("channel-error", "the connection ended without a reason"));
    if (peer._channel) this.#takeChannel(peer._channel);
    return peer;
  }

  #takeChannel(channel: RTCDataChannel): void {
    const sender = new FrameSender(channel, {
      flushed: (queuedBytes) => this.#events.flushed(queuedBytes),
      failed: (reason, detail) => this.#end(reason, detail),
    });
    this.#sender = sender;
    channel.onmessage = null;
    channel.onopen = null;
    channel.onclose = null;
    channel.onerror = null;
    channel.onbufferedamountlow = null;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = BUFFER_LOW_WATER;
    const { signal } = this.#listeners;
    const remoteClosed = () => this.#end("remote", "closed by the other side");
    channel.addEventListener("open", () => this.#onOpen(sender), { signal });
    channel.addEventListener("message", (event) => this.#onMessage(sender, event.data), { signal });
    channel.addEventListener("bufferedamountlow", () => sender.drained(), { signal });
    channel.addEventListener("error", ({ error }) => this.#end(channelErrorReason(error), error.message), { signal });
    // `closing` comes first when the other side ends in good order; `close` may then be long in coming.
    channel.addEventListener("closing", remoteClosed, { signal });
    channel.addEventListener("close", remoteClosed, { signal });
  }

  #signal(signal: Parameters<BundledPeer["signal"]>[0]): void {
    if (this.#ended) return;
    try {
      this.#peer?.signal(signal);
    } catch (error) {
      this.#end("setup-failed", String(error));
    }
  }

  #onSignal(signal: Parameters<BundledPeer["signal"]>[0]): void {
    if (this.#ended) return;
    if (signal.type === "offer" || signal.type === "answer") {
      this.#events.description({ type: signal.type, sdp: signal.sdp });
    } else if (signal.type === "candidate" && signal.candidate.candidate !== "") {
      // The empty one means the end of a generation (Firefox); nobody waits for that.
      this.#events.candidate(signal.candidate);
    }
  }

  #onIceState(state: RTCIceConnectionState): void {
    this.#iceState = state;
    clearTimeout(this.#graceTimer);
    if (state !== "disconnected" || this.#ended) return;
    this.#graceTimer = setTimeout(
      () => this.#end("ice-failed", `no answer for ${DISCONNECTED_GRACE / 1000} s`),
      DISCONNECTED_GRACE,
    );
  }

  #onOpen(sender: FrameSender): void {
    if (this.#ended || this.#open) return;
    this.#open = true;
    const announced = this.#peer?._pc?.sctp?.maxMessageSize ?? DEFAULT_MAX_MESSAGE;
    sender.open(Math.min(announced, MAX_FRAME));
    // A frame queued early may have been too large.
    if (!this.#ended) this.#events.open();
  }

  #onMessage(sender: FrameSender, data: unknown): void {
    if (this.#ended) return;
    if (!(data instanceof ArrayBuffer)) {
      this.#end("channel-error", "a message was not binary");
    } else if (data.byteLength > MAX_FRAME) {
      this.#end("frame-too-large", `${data.byteLength} bytes received, ${MAX_FRAME} allowed`);
    } else {
      this.#onOpen(sender);
      this.#events.frame(new Uint8Array(data));
    }
  }

  #end(reason: Closed["reason"], detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#graceTimer);
    this.#listeners.abort();
    this.#sender?.stop();
    this.#peer?.destroy();
    queueMicrotask(() => this.#events.closed({ reason, detail }));
  }
}
