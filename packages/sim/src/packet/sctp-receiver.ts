import type { EventQueue } from "../event-queue.ts";

/** Ms: dcSCTP's delay of a lone packet's report. */
const REPORT_DELAY = 100;

/** Reports that all packets before `upTo` are here, and which of those beyond. */
type TellReport = (upTo: number, beyond: readonly number[]) => void;

/** The receiving end of one direction: delivers in order, reports at once what is odd and every second packet. */
export class SctpReceiver {
  readonly #events: EventQueue;
  readonly #tell: TellReport;
  /** Next packet in order, and those beyond it. */
  #expected = 0;
  readonly #beyond = new Map<number, (() => void) | null>();
  #unreported = 0;
  #timer = 0;

  constructor(events: EventQueue, tell: TellReport) {
    this.#events = events;
    this.#tell = tell;
  }

  /** @param last delivers the message whose last packet it is. */
  receive(tsn: number, last: (() => void) | null): void {
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
    const turn = ++this.#timer;
    this.#events.after(REPORT_DELAY, () => {
      if (turn === this.#timer && this.#unreported > 0) this.#report();
    });
  }

  #report(): void {
    this.#timer++;
    this.#unreported = 0;
    this.#tell(this.#expected, [...this.#beyond.keys()]);
  }
}
