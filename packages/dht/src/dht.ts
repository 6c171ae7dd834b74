import {
  type KnownNode,
  type Machine,
  type NodeId,
  type OverlayKey,
  type RandomBytes,
  toHex,
} from "@starling/protocol";
import { Carrying } from "./carrying.ts";
import { Context } from "./context.ts";
import { Dialling } from "./dialling.ts";
import type { DhtEffect } from "./effects.ts";
import { Exploring } from "./exploring.ts";
import { FastPath } from "./fast-path.ts";
import type { DhtCommand, DhtInput, OperationId } from "./inputs.ts";
import { CLOCK_JUMP, LOOKUP_K } from "./limits.ts";
import type { Link } from "./link.ts";
import { Liveness } from "./liveness.ts";
import type { LookupResult } from "./lookup.ts";
import { Lookups } from "./lookups.ts";
import { Messages } from "./messages.ts";
import { Mode } from "./mode.ts";
import { Neighbourhood } from "./neighbourhood.ts";
import { Neighbours } from "./neighbours.ts";
import { Receiving } from "./receiving.ts";
import { RecordRoutes } from "./record-routes.ts";
import type { RecordsPolicy } from "./records/policy.ts";
import { Records } from "./records/records.ts";
import { ServerUse } from "./server-use.ts";
import { Serving } from "./serving.ts";
import { SourceRoutes } from "./source-routes.ts";
import { Upkeep } from "./upkeep.ts";
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
  readonly #dialling: Dialling;
  readonly #neighbours: Neighbours;
  readonly #neighbourhood: Neighbourhood;
  readonly #liveness: Liveness;
  readonly #mode: Mode;
  readonly #exploring: Exploring;
  readonly #server: ServerUse;
  readonly #fast: FastPath;
  readonly #routes: SourceRoutes;
  readonly #lookups: Lookups;
  readonly #carrying: Carrying;
  readonly #messages: Messages;
  readonly #records: Records;
  readonly #receiving: Receiving;
  readonly #upkeep: Upkeep;
  #recordsAt = 0;
  #over = false;

  constructor({ self, random, capable = true, policy }: DhtOptions) {
    const ctx = new Context(self, random);
    this.#ctx = ctx;
    this.#messages = new Messages(ctx, () => ({ fast: this.#fast, lookups: this.#lookups, routes: this.#routes }));
    const serving = new Serving(ctx, this.#messages, () => this.#records);
    this.#fast = new FastPath(ctx, (served) => serving.serve(served));
    this.#routes = new SourceRoutes(ctx, (served) => serving.serve(served));
    this.#lookups = new Lookups(ctx, this.#routes);
    this.#carrying = new Carrying(ctx, this.#fast, this.#lookups, this.#routes);
    this.#dialling = new Dialling(ctx);
    this.#neighbours = new Neighbours(ctx, this.#dialling);
    this.#neighbourhood = new Neighbourhood(
      ctx,
      () => this.#records.siblingsChanged(),
      () => this.#dialling.settled,
    );
    this.#liveness = new Liveness(ctx);
    this.#mode = new Mode(ctx, capable);
    this.#exploring = new Exploring(ctx, this.#lookups, () => this.#mode.passed());
    this.#server = new ServerUse(ctx, this.#dialling);
    this.#records = new Records(this.#recordsHost(), policy);
    this.#receiving = this.#makeReceiving();
    this.#upkeep = new Upkeep(ctx, {
      mode: this.#mode,
      neighbours: this.#neighbours,
      neighbourhood: this.#neighbourhood,
      dialling: this.#dialling,
      exploring: this.#exploring,
      server: this.#server,
      records: this.#records,
    });
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
      this.#liveness.pingAll();
    }
    this.#dispatch(input);
    this.#endLinks();
    if (ctx.stale) this.#upkeep.run();
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
    const { held } = this.#records.view();
    return viewOf(this.#ctx, {
      joined: this.#exploring.joined,
      dialling: [...this.#dialling.pending.keys()],
      created: this.#dialling.created,
      records: Object.values(held).reduce((sum, count) => sum + count, 0),
      lookups: this.#lookups.running,
    });
  }

  /** What it holds and publishes. */
  get records(): ReturnType<Records["view"]> {
    return this.#records.view();
  }

  #dispatch(input: DhtInput): void {
    switch (input.type) {
      case "frame":
        return this.#receiving.frame(input.peer, input.frame);
      case "tick":
        return this.#tick();
      case "link-up":
        return this.#linkUp(input);
      case "link-down":
        return this.#linkDown(input.peer);
      case "signed":
        return this.#ctx.signed(input.token, input.signature);
      case "verified":
        return this.#ctx.verified(input.token, input.ok);
      case "carry":
        return this.#carrying.carry(input.to, input.body);
      case "dial-failed":
        return this.#dialFailed(input);
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
    this.#upkeep.hurry();
    switch (input.type) {
      case "server-peers":
        this.#neighbours.named(input.peers.slice(0, MAX_NAMED), null);
        return this.#server.named(input.peers);
      case "server":
        return this.#server.opened(input.open);
      case "contacts":
        this.#ctx.contacts.restore(input.contacts);
        this.#ctx.stale = true;
        return;
      case "numbers":
        return this.#records.restoreNumbers(input.numbers);
      case "clock":
        this.#ctx.wallOffset = input.wallMs - this.#ctx.now;
        return this.#records.clock(input.wallMs, input.serverMs);
      case "created":
        this.#dialling.created = input.count;
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
        return this.#messages.send(command.op, command.to, command.payload);
      case "lookup":
        return this.#lookup(command.op, toHex(command.key));
      default:
        return this.#records.command(command);
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
    this.#lookups.start({ key, count: LOOKUP_K, done });
  }

  #linkUp({ peer, publicKey, dialled }: Input<"link-up">): void {
    if (dialled && this.#ctx.table.size === 0) this.#mode.joins();
    const link = this.#neighbours.up(peer, publicKey, dialled);
    if (link === null) return;
    this.#liveness.begin(link);
    this.#ctx.stale = true;
    this.#upkeep.hurry();
  }

  #linkDown(peer: NodeId): void {
    const link = this.#ctx.table.get(peer);
    if (link !== undefined) this.#gone(link);
  }

  /** The neighbour is no more: what it was asked goes elsewhere, and its place is filled. */
  #gone(link: Link): void {
    this.#neighbours.down(link);
    this.#records.linkDown(link.id);
    this.#fast.linkDown(link.id);
    this.#routes.linkDown(link.id);
    if (this.#ctx.table.size === 0) this.#exploring.alone();
    this.#ctx.stale = true;
    this.#upkeep.hurry();
  }

  #endLinks(): void {
    for (const { link, reason, ban } of this.#ctx.ending.splice(0)) {
      if (this.#ctx.table.get(link.id) !== link) continue;
      this.#ctx.emit({ type: "drop", peer: link.id, reason, ban });
      if (ban) this.#ctx.contacts.forget(link.id);
      this.#gone(link);
    }
  }

  #dialFailed({ peer, alternates }: Input<"dial-failed">): void {
    this.#dialling.failed(peer);
    if (this.#server.visiting === peer) this.#server.visiting = null;
    this.#neighbours.named(alternates.slice(0, MAX_NAMED), peer);
    this.#upkeep.hurry();
  }

  #visibility({ visibility }: Input<"visibility">): void {
    const resumed = this.#mode.frozen && visibility !== "frozen";
    if (visibility === "frozen" && this.#ctx.full) this.#records.handOver();
    this.#mode.frozen = visibility === "frozen";
    this.#neighbours.visibility = visibility;
    const changed = this.#mode.update();
    if (changed || visibility === "frozen" || resumed) this.#neighbours.tellAll();
    if (visibility === "visible" || resumed) this.#liveness.pingAll();
    this.#ctx.stale = true;
  }

  #leave(): void {
    this.#records.handOver();
    for (const link of this.#ctx.table.links()) this.#ctx.tell(link, { type: "leave" });
    this.#over = true;
  }

  #tick(): void {
    const ctx = this.#ctx;
    ctx.wakeAt = Number.POSITIVE_INFINITY;
    this.#fast.tick();
    this.#routes.tick();
    this.#lookups.tick();
    this.#carrying.tick();
    this.#dialling.tick();
    for (const link of this.#liveness.tick()) ctx.drop(link, "silent");
    this.#neighbourhood.tick();
    this.#exploring.tick();
    this.#server.tick();
    this.#tickRecords();
    this.#upkeep.tick();
  }

  #tickRecords(): void {
    if (this.#ctx.now >= this.#recordsAt) {
      this.#recordsAt = this.#ctx.now + RECORDS_INTERVAL;
      this.#records.tick();
    }
    this.#ctx.wake(this.#recordsAt);
  }

  #makeReceiving(): Receiving {
    return new Receiving(this.#ctx, {
      liveness: this.#liveness,
      fast: this.#fast,
      routes: this.#routes,
      records: this.#records,
      neighbours: this.#neighbours,
      neighbourhood: this.#neighbourhood,
      server: this.#server,
      exploring: this.#exploring,
      left: (link) => {
        this.#ctx.contacts.forget(link.id);
        this.#gone(link);
      },
    });
  }

  #recordsHost(): ConstructorParameters<typeof Records>[0] {
    const ctx = this.#ctx;
    return {
      self: ctx.self.id,
      publicKey: ctx.self.publicKey,
      random: ctx.random,
      routes: new RecordRoutes(ctx, this.#fast, this.#lookups, this.#routes, () => this.#records),
      now: () => ctx.now,
      emit: (effect) => this.#fromRecords(effect),
      sign: (payload, done) => ctx.sign(payload, done),
      verify: (publicKey, payload, signature, done) => ctx.verify(publicKey, payload, signature, done),
      linked: (node) => ctx.table.get(node) !== undefined,
    };
  }

  #fromRecords(effect: DhtEffect): void {
    if (effect.type !== "drop") return this.#ctx.emit(effect);
    const link = this.#ctx.table.get(effect.peer);
    if (link !== undefined) this.#ctx.drop(link, effect.reason, effect.ban);
  }
}

/** Nodes that a server or a refusing node may name at once. */
const MAX_NAMED = 32;
