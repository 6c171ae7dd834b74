import type { EventQueue } from "../event-queue.ts";
import { CongestionWindow, PAYLOAD } from "./congestion-window.ts";
import { RetransmissionTimeout } from "./retransmission-timeout.ts";
import { SctpReceiver } from "./sctp-receiver.ts";

/** Reports of a gap before a fast retransmission (RFC 9260, section 7.2.4). */
const GAP_REPORTS = 3;
/** Bytes on the line beside a packet's payload: IPv4, UDP, DTLS, SCTP and chunk headers, as Chrome sends them. */
const OVERHEAD = 85;
const SACK_BYTES = 100;

/** A frame under way: it is delivered when its last byte is there and all before it. */
interface Message {
  left: number;
  readonly deliver: () => void;
  readonly taken: () => void;
}

interface Packet {
  readonly bytes: number;
  readonly last: (() => void) | null;
  sentAt: number;
  gaps: number;
  /** Reported as received, or to be sent again. */
  state: "flying" | "lost" | "received";
  again: boolean;
}

/** What carries packets in this direction and reports in the other. */
export interface Path {
  forward(bytes: number, arrive: () => void): void;
  back(bytes: number, arrive: () => void): void;
}

/**
 * One direction of an SCTP association, as far as its speed goes: slow start, congestion avoidance, fast retransmission
 * and time-outs of RFC 9260 (Reno with selective reports), in order delivery.
 */
export class SctpStream {
  readonly #events: EventQueue;
  readonly #path: Path;
  readonly #messages: Message[] = [];
  readonly #packets = new Map<number, Packet>();
  #nextTsn = 0;
  #acked = 0;
  #flight = 0;
  #timer = 0;
  #timerRuns = false;
  readonly #window = new CongestionWindow();
  readonly #timeout = new RetransmissionTimeout();
  readonly #receiver: SctpReceiver;
  /** Bytes not sent for the first time yet: a channel's `bufferedAmount`. */
  buffered = 0;
  open = true;

  constructor(events: EventQueue, path: Path) {
    this.#events = events;
    this.#path = path;
    this.#receiver = new SctpReceiver(events, (upTo, beyond) =>
      this.#path.back(SACK_BYTES, () => this.#onReport(upTo, beyond)),
    );
  }

  /** @param taken called whenever part of it left the buffer. */
  send(bytes: number, deliver: () => void, taken: () => void): void {
    this.#messages.push({ left: bytes, deliver, taken });
    this.buffered += bytes;
    this.#transmit();
  }

  #transmit(): void {
    while (this.open && this.#flight < this.#window.bytes && (this.#resend() || this.#sendNew()));
  }

  #resend(): boolean {
    for (const [tsn, packet] of this.#packets) {
      if (packet.state !== "lost") continue;
      packet.again = true;
      this.#fly(tsn, packet);
      return true;
    }
    return false;
  }

  #sendNew(): boolean {
    const message = this.#messages[0];
    if (message === undefined) return false;
    const bytes = Math.min(PAYLOAD, message.left);
    message.left -= bytes;
    this.buffered -= bytes;
    const last = message.left === 0 ? message.deliver : null;
    if (last !== null) this.#messages.shift();
    const packet: Packet = { bytes, last, sentAt: 0, gaps: 0, state: "flying", again: false };
    const tsn = this.#nextTsn++;
    this.#packets.set(tsn, packet);
    this.#fly(tsn, packet);
    message.taken();
    return true;
  }

  #fly(tsn: number, packet: Packet): void {
    packet.state = "flying";
    packet.sentAt = this.#events.now;
    packet.gaps = 0;
    this.#flight += packet.bytes;
    this.#path.forward(packet.bytes + OVERHEAD, () => {
      if (this.open) this.#receiver.receive(tsn, packet.last);
    });
    if (!this.#timerRuns) this.#startTimer();
  }

  #onReport(upTo: number, beyond: readonly number[]): void {
    if (!this.open) return;
    const full = this.#flight + PAYLOAD > this.#window.bytes;
    let bytes = 0;
    const moved = upTo > this.#acked;
    for (; this.#acked < upTo; this.#acked++) bytes += this.#take(this.#acked, true);
    for (const tsn of beyond) bytes += this.#take(tsn, false);
    this.#window.recovered(this.#acked);
    if (beyond.length > 0) this.#countGaps(Math.max(...beyond));
    if (moved) {
      if (full) this.#window.grow(bytes);
      this.#startTimer();
    }
    this.#transmit();
  }

  /** A packet was received. Returns its bytes the first time. */
  #take(tsn: number, remove: boolean): number {
    const packet = this.#packets.get(tsn);
    if (packet === undefined) return 0;
    if (remove) this.#packets.delete(tsn);
    if (packet.state === "received") return 0;
    if (packet.state === "flying") this.#flight -= packet.bytes;
    packet.state = "received";
    if (!packet.again) this.#timeout.measure(this.#events.now - packet.sentAt);
    return packet.bytes;
  }

  #countGaps(highest: number): void {
    for (const [tsn, packet] of this.#packets) {
      if (tsn >= highest) return;
      if (packet.state !== "flying" || ++packet.gaps < GAP_REPORTS) continue;
      packet.state = "lost";
      this.#flight -= packet.bytes;
      this.#window.halve(this.#nextTsn - 1);
    }
  }

  #startTimer(): void {
    const turn = ++this.#timer;
    this.#timerRuns = this.#packets.size > 0;
    if (!this.#timerRuns) return;
    this.#events.after(this.#timeout.ms, () => {
      if (turn === this.#timer && this.open) this.#timeOut();
    });
  }

  #timeOut(): void {
    this.#window.collapse();
    this.#timeout.backOff();
    for (const packet of this.#packets.values()) if (packet.state === "flying") packet.state = "lost";
    this.#flight = 0;
    this.#startTimer();
    this.#transmit();
  }
}
