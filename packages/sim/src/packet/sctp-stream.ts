import type { EventQueue } from "../event-queue.ts";

/**
 * Payload of one packet, and its other bytes on the line: IPv4, UDP, DTLS, SCTP and chunk headers, as Chrome sends them
 * (its SCTP packets are at most 1191 bytes long).
 */
const PAYLOAD = 1163;
const OVERHEAD = 85;
const SACK_BYTES = 100;
/** RFC 9260: initial window (section 7.2.1, as RFC 6928 raised it), reports of a gap before a fast retransmission. */
const INITIAL_WINDOW = 10 * PAYLOAD;
const LEAST_WINDOW = 4 * PAYLOAD;
const GAP_REPORTS = 3;
/** Ms. dcSCTP's limits of the retransmission time-out, and its delay of a lone packet's report. */
const RTO_INITIAL = 500;
const RTO_MIN = 400;
const RTO_MAX = 60_000;
const SACK_DELAY = 100;

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
  #window = INITIAL_WINDOW;
  #threshold = Number.POSITIVE_INFINITY;
  #partial = 0;
  #flight = 0;
  #recoverUntil = -1;
  #roundTrip = 0;
  #variation = 0;
  #rto = RTO_INITIAL;
  #timer = 0;
  #timerRuns = false;
  /** The receiver: next packet in order, and those beyond it. */
  #expected = 0;
  readonly #beyond = new Map<number, (() => void) | null>();
  #unreported = 0;
  #sackTimer = 0;
  /** Bytes not sent for the first time yet: a channel's `bufferedAmount`. */
  buffered = 0;
  open = true;

  constructor(events: EventQueue, path: Path) {
    this.#events = events;
    this.#path = path;
  }

  /** @param taken called whenever part of it left the buffer. */
  send(bytes: number, deliver: () => void, taken: () => void): void {
    this.#messages.push({ left: bytes, deliver, taken });
    this.buffered += bytes;
    this.#transmit();
  }

  #transmit(): void {
    while (this.open && this.#flight < this.#window && (this.#resend() || this.#sendNew()));
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
    this.#path.forward(packet.bytes + OVERHEAD, () => this.#receive(tsn, packet.last));
    if (!this.#timerRuns) this.#startTimer();
  }

  #receive(tsn: number, last: (() => void) | null): void {
    if (!this.open) return;
    if (tsn >= this.#expected) this.#beyond.set(tsn, last);
    const gap = tsn !== this.#expected;
    for (let next = this.#beyond.get(this.#expected); next !== undefined; next = this.#beyond.get(this.#expected)) {
      this.#beyond.delete(this.#expected++);
      next?.();
    }
    this.#unreported++;
    if (gap || this.#beyond.size > 0 || this.#unreported >= 2) this.#report();
    else this.#reportLater();
  }

  #reportLater(): void {
    const turn = ++this.#sackTimer;
    this.#events.after(SACK_DELAY, () => {
      if (turn === this.#sackTimer && this.#unreported > 0) this.#report();
    });
  }

  #report(): void {
    this.#sackTimer++;
    this.#unreported = 0;
    const upTo = this.#expected;
    const beyond = [...this.#beyond.keys()];
    this.#path.back(SACK_BYTES, () => this.#onReport(upTo, beyond));
  }

  #onReport(upTo: number, beyond: readonly number[]): void {
    if (!this.open) return;
    const full = this.#flight + PAYLOAD > this.#window;
    let bytes = 0;
    const moved = upTo > this.#acked;
    for (; this.#acked < upTo; this.#acked++) bytes += this.#take(this.#acked, true);
    for (const tsn of beyond) bytes += this.#take(tsn, false);
    if (this.#acked > this.#recoverUntil) this.#recoverUntil = -1;
    if (beyond.length > 0) this.#countGaps(Math.max(...beyond));
    if (moved) {
      this.#grow(bytes, full);
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
    if (!packet.again) this.#measure(this.#events.now - packet.sentAt);
    return packet.bytes;
  }

  #countGaps(highest: number): void {
    for (const [tsn, packet] of this.#packets) {
      if (tsn >= highest) return;
      if (packet.state !== "flying" || ++packet.gaps < GAP_REPORTS) continue;
      packet.state = "lost";
      this.#flight -= packet.bytes;
      if (this.#recoverUntil >= 0) continue;
      this.#threshold = Math.max(this.#window / 2, LEAST_WINDOW);
      this.#window = this.#threshold;
      this.#partial = 0;
      this.#recoverUntil = this.#nextTsn - 1;
    }
  }

  #grow(bytes: number, full: boolean): void {
    if (!full || this.#recoverUntil >= 0) return;
    if (this.#window <= this.#threshold) {
      this.#window += Math.min(bytes, PAYLOAD);
      return;
    }
    this.#partial += bytes;
    if (this.#partial < this.#window) return;
    this.#partial -= this.#window;
    this.#window += PAYLOAD;
  }

  #measure(time: number): void {
    if (this.#roundTrip === 0) {
      this.#roundTrip = time;
      this.#variation = time / 2;
    } else {
      this.#variation += (Math.abs(time - this.#roundTrip) - this.#variation) / 4;
      this.#roundTrip += (time - this.#roundTrip) / 8;
    }
    this.#rto = Math.min(RTO_MAX, Math.max(RTO_MIN, this.#roundTrip + 4 * this.#variation));
  }

  #startTimer(): void {
    const turn = ++this.#timer;
    this.#timerRuns = this.#packets.size > 0;
    if (!this.#timerRuns) return;
    this.#events.after(this.#rto, () => {
      if (turn === this.#timer && this.open) this.#timeOut();
    });
  }

  #timeOut(): void {
    this.#threshold = Math.max(this.#window / 2, LEAST_WINDOW);
    this.#window = PAYLOAD;
    this.#partial = 0;
    this.#recoverUntil = -1;
    this.#rto = Math.min(RTO_MAX, this.#rto * 2);
    for (const packet of this.#packets.values()) if (packet.state === "flying") packet.state = "lost";
    this.#flight = 0;
    this.#startTimer();
    this.#transmit();
  }
}
