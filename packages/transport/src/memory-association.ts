import { fingerprintOf } from "@starling/protocol";
import { FrameSender } from "./frame-sender.ts";
import type { MemoryNetwork } from "./memory.ts";
import { MemoryChannel } from "./memory-channel.ts";
import type { Priority } from "./send-queue.ts";
import type {
  Association,
  AssociationEvents,
  AssociationOptions,
  Candidate,
  Closed,
  Description,
  LinkStats,
  OutgoingFrame,
} from "./transport.ts";

/** As Chrome's, in bytes. */
const MAX_FRAME = 256 * 1024;

/** One end of a link in memory: it opens once both ends name each other and one knows where the other is. */
export class MemoryAssociation implements Association {
  readonly #network: MemoryNetwork;
  readonly #initiator: boolean;
  readonly #events: AssociationEvents;
  readonly #fingerprint: string;
  readonly #channel: MemoryChannel;
  readonly #sender: FrameSender;
  #remote: MemoryAssociation | null = null;
  #reachable = false;
  #ended = false;

  constructor(network: MemoryNetwork, { initiator }: AssociationOptions, events: AssociationEvents) {
    this.#network = network;
    this.#initiator = initiator;
    this.#events = events;
    this.#fingerprint = network.join(this);
    this.#channel = new MemoryChannel(
      network.schedule,
      (frame) => this.#remote?.receive(frame),
      () => this.#sender.drained(),
    );
    this.#sender = new FrameSender(this.#channel, {
      flushed: (queuedBytes) => this.#events.flushed(queuedBytes),
      failed: (reason, detail) => this.#end(reason, detail),
    });
    if (initiator) this.#later(() => this.#offerOrAnswer());
  }

  describe(description: Description): void {
    if (this.#ended) return;
    const remote = this.#network.find(fingerprintOf(description.sdp));
    const expected = this.#initiator ? "answer" : "offer";
    if (remote === undefined || remote === this || this.#remote !== null || description.type !== expected) {
      this.#end("setup-failed", "not a description of an association that waits for this one");
      return;
    }
    this.#remote = remote;
    if (!this.#initiator) this.#later(() => this.#offerOrAnswer());
    this.#openBoth();
  }

  /** One candidate from one side is enough, as the other then sees where messages come from. */
  addCandidate({ candidate }: Candidate): void {
    this.#reachable ||= candidate.startsWith("candidate:");
    this.#openBoth();
  }

  send(frame: OutgoingFrame, priority: Priority): void {
    this.#sender.send(frame, priority);
  }

  get queuedBytes(): number {
    return this.#sender.queuedBytes;
  }

  get maxFrameBytes(): number {
    return this.#sender.maxFrameBytes;
  }

  close(detail: string): void {
    this.#end("local", detail);
  }

  stats(): Promise<LinkStats> {
    return Promise.resolve({
      roundTripMs: this.#channel.readyState === "open" ? 0 : null,
      checks: null,
      relayed: false,
    });
  }

  receive(frame: Uint8Array): void {
    if (!this.#ended) this.#events.frame(frame);
  }

  #offerOrAnswer(): void {
    const digits = this.#fingerprint.match(/../g) ?? [];
    const sdp = `v=0\r\na=fingerprint:sha-256 ${digits.join(":").toUpperCase()}\r\n`;
    this.#events.description({ type: this.#initiator ? "offer" : "answer", sdp });
    this.#later(() =>
      this.#events.candidate({ candidate: `candidate:${this.#fingerprint}`, sdpMid: "0", sdpMLineIndex: 0 }),
    );
  }

  /** Opens both ends once they name each other and one knows where the other is. */
  #openBoth(): void {
    const remote = this.#remote;
    if (this.#ended || remote === null || remote.#ended || remote.#remote !== this) return;
    if (!this.#reachable && !remote.#reachable) return;
    this.#later(() => this.#opened());
    remote.#later(() => remote.#opened());
  }

  #opened(): void {
    if (this.#channel.readyState !== "connecting") return;
    this.#channel.readyState = "open";
    this.#sender.open(MAX_FRAME);
    if (!this.#ended) this.#events.open();
  }

  #later(task: () => void): void {
    this.#network.schedule(() => {
      if (!this.#ended) task();
    });
  }

  #end(reason: Closed["reason"], detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sender.stop();
    const wasOpen = this.#channel.readyState === "open";
    this.#channel.readyState = "closed";
    this.#network.leave(this.#fingerprint);
    const remote = this.#remote;
    if (wasOpen && remote) this.#network.schedule(() => remote.#end("remote", "closed by the other side"));
    queueMicrotask(() => this.#events.closed({ reason, detail }));
  }
}
