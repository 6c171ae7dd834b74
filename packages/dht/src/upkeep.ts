import type { Context } from "./context.ts";
import type { Dialling } from "./dialling.ts";
import type { Exploring } from "./exploring.ts";
import { SAVE_INTERVAL } from "./limits.ts";
import type { Mode } from "./mode.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Neighbours } from "./neighbours.ts";
import type { Records } from "./records/records.ts";
import type { ServerUse } from "./server-use.ts";

/** What is due beside timers of its own is looked after so often. */
const UPKEEP_INTERVAL = 10_000;
/** Between evaluations of what to dial while answers come in quick succession. */
const UPKEEP_PAUSE = 250;

/** The parts of the machine that upkeep moves. */
interface UpkeepParts {
  readonly mode: Mode;
  readonly neighbours: Neighbours;
  readonly neighbourhood: Neighbourhood;
  readonly dialling: Dialling;
  readonly exploring: Exploring;
  readonly server: ServerUse;
  readonly records: Records;
}

/** What follows from links and contacts, whoever changed them: mode, siblings, dials, trimming, what is saved. */
export class Upkeep {
  readonly #ctx: Context;
  readonly #parts: UpkeepParts;
  #doneAt = Number.NEGATIVE_INFINITY;
  #savedAt = Number.NEGATIVE_INFINITY;

  constructor(ctx: Context, parts: UpkeepParts) {
    this.#ctx = ctx;
    this.#parts = parts;
  }

  /** The next one need not wait for the pause: something of weight has changed. */
  hurry(): void {
    this.#doneAt = Number.NEGATIVE_INFINITY;
  }

  tick(): void {
    const ctx = this.#ctx;
    if (ctx.now - this.#doneAt >= UPKEEP_INTERVAL) ctx.stale = true;
    ctx.wake(ctx.stale ? ctx.now + UPKEEP_PAUSE : this.#doneAt + UPKEEP_INTERVAL);
  }

  /** In quick succession only once a pause. */
  run(): void {
    const ctx = this.#ctx;
    if (ctx.now - this.#doneAt < UPKEEP_PAUSE) return ctx.wake(this.#doneAt + UPKEEP_PAUSE);
    this.#doneAt = ctx.now;
    ctx.stale = false;
    ctx.wake(ctx.now + UPKEEP_INTERVAL);
    const { mode, neighbours, neighbourhood, dialling, exploring, server } = this.#parts;
    if (mode.update()) this.#modeChanged();
    neighbourhood.check();
    if (!mode.frozen) {
      dialling.maintain(!mode.capable);
      exploring.fill();
    }
    neighbours.trim();
    server.update();
    this.#save();
  }

  #modeChanged(): void {
    const { neighbours, neighbourhood, records } = this.#parts;
    neighbours.tellAll();
    if (!this.#ctx.full) return;
    records.siblingsChanged();
    neighbourhood.refresh();
  }

  #save(): void {
    const { now, contacts, table } = this.#ctx;
    if (now - this.#savedAt < SAVE_INTERVAL || table.size === 0) return;
    this.#savedAt = now;
    for (const link of table.links()) contacts.linked(link.id, link.publicKey, this.#ctx.wallMs, now);
    this.#ctx.emit({ type: "save-contacts", contacts: contacts.cards() });
  }
}
