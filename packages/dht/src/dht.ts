import {
  type KnownNode,
  type Machine,
  type NodeId,
  type OverlayKey,
  type RandomBytes,
  toHex,
} from "@starling/protocol";
import { Context } from "./context.ts";
import type { DhtEffect } from "./effects.ts";
import type { DhtCommand, DhtInput, OperationId } from "./inputs.ts";
import { CLOCK_JUMP, LOOKUP_K, MAX_NAMED } from "./limits.ts";
import type { LookupResult } from "./lookup.ts";
import { makeParts, type Parts } from "./parts.ts";
import type { RecordsPolicy } from "./records/policy.ts";
import type { RecordsView } from "./records/records.ts";
import type { DhtView } from "./view.ts";
import { viewOf } from "./viewing.ts";

export interface DhtOptions {
  /** Who we are: the id must be that of the public key (Ed25519, 32 bytes). */
  readonly self: KnownNode;
  readonly random: RandomBytes;
  /** False for a page that cannot serve others (a phone): it stays a leaf. */
  readonly capable?: boolean;
  /** Safeguards of records; all of them but in tests. */
  readonly policy?: RecordsPolicy;
}

type Input<T extends DhtInput["type"]> = Extract<DhtInput, { type: T }>;

/** Between ticks of the records. */
const RECORDS_INTERVAL = 1_000;
const NO_EFFECTS: readonly DhtEffect[] = [];

/**
 * The overlay at one node, as a pure machine: a Kademlia whose links are data channels. A look-up never dials; links are
 * dialled for siblings and buckets only. Everything that makes progress is caused by an input; the tick times out.
 */
export class Dht implements Machine<DhtInput, DhtEffect> {
  readonly #ctx: Context;
  readonly #parts: Parts;
  #recordsAt = 0;
  #over = false;

  constructor({ self, random, capable = true, policy }: DhtOptions) {
    this.#ctx = new Context(self, random);
    this.#parts = makeParts(this.#ctx, { capable, policy });
  }

  handle(input: DhtInput, now: number): readonly DhtEffect[] {
    if (this.#over) return NO_EFFECTS;
    const ctx = this.#ctx;
    const expected = ctx.wakeAt;
    ctx.now = now;
    if (input.type === "tick" && now < expected) return NO_EFFECTS;
    if (now - expected > CLOCK_JUMP && ctx.table.size > 0) {
      // Once for the gap: inputs that waited with the page come before its next tick.
      ctx.wakeAt = now;
      this.#parts.liveness.pingAll();
    }
    this.#dispatch(input);
    this.#parts.linking.endDropped();
    if (ctx.stale) this.#parts.upkeep.run();
    return ctx.takeEffects();
  }

  /** When the next tick has something to do; earlier ones cost nothing. */
  get wakeAt(): number {
    return this.#ctx.wakeAt;
  }

  /** Whether it takes part in routing and holds records, or is a leaf. */
  get full(): boolean {
    return this.#ctx.full;
  }

  /** The linked full nodes nearest to it, nearest first. */
  get siblings(): readonly NodeId[] {
    return this.#ctx.table.siblings().map(({ id }) => id);
  }

  view(): DhtView {
    const { held } = this.#parts.records.view();
    return viewOf(this.#ctx, {
      joined: this.#parts.exploring.joined,
      dialling: [...this.#parts.dialling.pending.keys()],
      created: this.#parts.dialling.budget.created,
      records: Object.values(held).reduce((sum, count) => sum + count, 0),
      lookups: this.#parts.lookups.running,
    });
  }

  /** What it holds and publishes. */
  get records(): RecordsView {
    return this.#parts.records.view();
  }

  #dispatch(input: DhtInput): void {
    switch (input.type) {
      case "frame":
        return this.#parts.receiving.frame(input.peer, input.frame);
      case "tick":
        return this.#tick();
      case "link-up":
        return this.#parts.linking.up(input);
      case "link-down":
        return this.#parts.linking.down(input.peer);
      case "signed":
        return this.#ctx.awaited.signed(input.token, input.signature);
      case "verified":
        return this.#ctx.awaited.verified(input.token, input.ok);
      case "carry":
        return this.#parts.carrying.carry(input.to, input.body);
      case "dial-failed":
        return this.#parts.linking.dialFailed(input);
      case "server-peers":
      case "server":
      case "contacts":
      case "numbers":
      case "clock":
      case "created":
      case "visibility":
      case "leave":
        return this.#surroundings(input);
      default:
        return this.#command(input);
    }
  }

  #surroundings(
    input: Input<"server-peers" | "server" | "contacts" | "numbers" | "clock" | "created" | "visibility" | "leave">,
  ): void {
    this.#parts.upkeep.hurry();
    switch (input.type) {
      case "server-peers":
        this.#parts.neighbours.named(input.peers.slice(0, MAX_NAMED), null);
        return this.#parts.server.named(input.peers);
      case "server":
        return this.#parts.server.opened(input.open);
      case "contacts":
        this.#ctx.contacts.restore(input.contacts);
        this.#ctx.stale = true;
        return;
      case "numbers":
        return this.#parts.records.restoreNumbers(input.numbers);
      case "clock":
        this.#ctx.wallOffset = input.wallMs - this.#ctx.now;
        return this.#parts.records.clock(input.wallMs, input.serverMs);
      case "created":
        this.#parts.dialling.budget.created = input.count;
        return;
      case "visibility":
        return this.#visibility(input);
      case "leave":
        return this.#leave();
    }
  }

  #command(command: DhtCommand): void {
    switch (command.type) {
      case "send":
        return this.#parts.messages.send(command.op, command.to, command.payload);
      case "lookup":
        return this.#lookup(command.op, toHex(command.key));
      default:
        return this.#parts.records.command(command);
    }
  }

  #lookup(op: OperationId, key: OverlayKey): void {
    const done = ({ nodes, hops, queries }: LookupResult) => {
      const ids = nodes.map(({ id }) => id);
      if (ids.length > 0) {
        return this.#ctx.emit({ type: "result", op, ok: true, result: { type: "nearest", nodes: ids, hops, queries } });
      }
      this.#ctx.emit({ type: "result", op, ok: false, failure: "unreachable", detail: "nobody answered" });
    };
    this.#parts.lookups.start({ key, count: LOOKUP_K, done });
  }

  #visibility({ visibility }: Input<"visibility">): void {
    const resumed = this.#parts.mode.frozen && visibility !== "frozen";
    if (visibility === "frozen" && this.#ctx.full) this.#parts.records.handOver();
    this.#parts.mode.frozen = visibility === "frozen";
    this.#parts.neighbours.visibility = visibility;
    const changed = this.#parts.mode.update();
    if (changed || visibility === "frozen" || resumed) this.#parts.neighbours.tellAll();
    if (visibility === "visible" || resumed) this.#parts.liveness.pingAll();
    this.#ctx.stale = true;
  }

  #leave(): void {
    this.#parts.records.handOver();
    for (const link of this.#ctx.table.links()) this.#ctx.tell(link, { type: "leave" });
    this.#over = true;
  }

  #tick(): void {
    const ctx = this.#ctx;
    ctx.wakeAt = Number.POSITIVE_INFINITY;
    this.#parts.fast.tick();
    this.#parts.routes.tick();
    this.#parts.lookups.tick();
    this.#parts.carrying.tick();
    this.#parts.dialling.tick();
    for (const link of this.#parts.liveness.tick()) ctx.drop(link, "silent");
    this.#parts.neighbourhood.tick();
    this.#parts.exploring.tick();
    this.#parts.server.tick();
    this.#tickRecords();
    this.#parts.upkeep.tick();
  }

  #tickRecords(): void {
    if (this.#ctx.now >= this.#recordsAt) {
      this.#recordsAt = this.#ctx.now + RECORDS_INTERVAL;
      this.#parts.records.tick();
    }
    this.#ctx.wake(this.#recordsAt);
  }
}
