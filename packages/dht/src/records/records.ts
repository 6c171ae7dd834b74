import type { NodeId, RecordType } from "@starling/protocol";
import type { SignedNumber } from "../effects.ts";
import type { DhtCommand } from "../inputs.ts";
import { AntiEntropy } from "./anti-entropy.ts";
import { Asker } from "./asker.ts";
import { Client } from "./client.ts";
import { RecordsContext, type RecordsHost } from "./context.ts";
import { Holder } from "./holder.ts";
import { Immutables } from "./immutables.ts";
import { RULES } from "./limits.ts";
import { Mutables } from "./mutables.ts";
import { OwnRecords } from "./own-records.ts";
import { type RecordsPolicy, SAFE_POLICY } from "./policy.ts";
import { Providers } from "./providers.ts";
import { ReplicaSets } from "./replica-sets.ts";
import type { RecordBody } from "./routes.ts";
import { SignedNumbers } from "./signed-numbers.ts";
import { Topics } from "./topics.ts";
import { Values } from "./values.ts";
import { Verifier } from "./verifier.ts";

/** The commands that are about records; the others are routing's. */
export type RecordCommand = Exclude<DhtCommand, { type: "send" | "lookup" }>;

/** What this node holds and publishes, for the Network page and tests. */
export interface RecordsView {
  /** Versions held for others, and their bytes as they are counted against the caps. */
  readonly held: Readonly<Record<RecordType, number>>;
  readonly bytes: number;
  /** Records of this node's own that it keeps alive. */
  readonly own: number;
  readonly subscriptions: number;
}

/** Records of the overlay at one node: held for others, kept equal with the siblings, published, read. */
export class Records {
  readonly #ctx: RecordsContext;
  readonly #holder: Holder;
  readonly #antiEntropy: AntiEntropy;
  readonly #own: OwnRecords;
  readonly #numbers: SignedNumbers;
  readonly #client: Client;
  readonly #values: Values;
  readonly #immutables: Immutables;
  readonly #mutables: Mutables;
  readonly #providers: Providers;
  readonly #topics: Topics;

  /** @param policy all safeguards but in tests that show what they are for. */
  constructor(host: RecordsHost, policy: RecordsPolicy = SAFE_POLICY) {
    this.#ctx = new RecordsContext(host, policy);
    const sets = new ReplicaSets(host.self, host.routes);
    const verifier = new Verifier(this.#ctx);
    this.#holder = new Holder(this.#ctx, sets, verifier, (message, asked, done) =>
      this.#topics.receive(message, asked, done),
    );
    this.#antiEntropy = new AntiEntropy(this.#ctx, sets, verifier);
    this.#client = new Client(this.#ctx, new Asker(this.#ctx, this.#holder), verifier);
    this.#own = new OwnRecords(this.#client);
    this.#numbers = new SignedNumbers((numbers) => host.emit({ type: "save-numbers", numbers }));
    this.#values = new Values(this.#client, this.#own, this.#numbers);
    this.#immutables = new Immutables(this.#client, this.#own);
    this.#mutables = new Mutables(this.#client, this.#own, this.#numbers);
    this.#providers = new Providers(this.#client, this.#own);
    this.#topics = new Topics(this.#client, this.#own);
  }

  /**
   * A record question that reached this node. `respond` is called once, perhaps after a signature was checked.
   * @param from who asks, by the header: unproved.
   * @param link the neighbour that it came from: the asker itself or a relay.
   */
  question(from: NodeId, link: NodeId, body: RecordBody, respond: (answer: RecordBody) => void): void {
    this.#holder.question({ from, link }, body, respond);
  }

  /** An anti-entropy frame of a linked node. */
  sync(sibling: NodeId, body: RecordBody): void {
    this.#antiEntropy.message(sibling, body);
  }

  /** A sibling came or went, or this node became full. */
  siblingsChanged(): void {
    this.#antiEntropy.siblingsChanged();
  }

  linkDown(peer: NodeId): void {
    this.#ctx.linkGone(peer);
  }

  /** Numbers that this identity signed in earlier visits. */
  restoreNumbers(numbers: readonly SignedNumber[]): void {
    this.#numbers.restore(numbers);
  }

  /** Wall-clock time of this machine and, if known, of the server: ms since the epoch, now. */
  clock(wallMs: number, serverMs: number | null): void {
    this.#ctx.clock.set(wallMs, serverMs, this.#ctx.now);
  }

  /** A sibling said what time its machine takes it to be. */
  neighbourClock(sibling: NodeId, wallMs: number): void {
    this.#ctx.clock.heard(sibling, wallMs, this.#ctx.now);
  }

  /** Wall-clock time as judged by the median of all clocks known: ms since the epoch. */
  wall(): number {
    return this.#ctx.clock.wall(this.#ctx.now);
  }

  /** Ends in exactly one `result` effect. */
  command(command: RecordCommand): void {
    if (!this.#client.begin(command.op)) return;
    switch (command.type) {
      case "put":
        return this.#values.put(command.op, command.name, command.value);
      case "get":
        return this.#values.get(command.op, command.name);
      case "remove":
        return this.#values.put(command.op, command.name, null);
      case "put-immutable":
        return this.#immutables.put(command.op, command.value);
      case "get-immutable":
        return this.#immutables.get(command.op, command.key);
      case "put-mutable":
        return this.#mutables.put(command);
      case "get-mutable":
        return this.#mutables.get(command.op, command.publicKey, command.salt);
      case "provide":
        return this.#providers.provide(command.op, command.root);
      case "unprovide":
        return this.#providers.unprovide(command.op, command.root);
      case "find-providers":
        return this.#providers.find(command.op, command.root);
      case "subscribe":
        return this.#topics.subscribe(command.op, command.topic);
      case "unsubscribe":
        return this.#topics.unsubscribe(command.op, command.topic);
      case "publish":
        return this.#topics.publish(command.op, command.topic, command.payload);
      case "anycast":
        return this.#topics.anycast(command.op, command.topic, command.payload);
    }
  }

  /** This node is about to leave or to freeze: its records go to those who take its place. */
  handOver(): void {
    this.#antiEntropy.handOver();
  }

  /** Does what is due; tells when there is something again, monotonic ms, unless another call comes before. */
  tick(): number {
    this.#ctx.store.sweep(this.#ctx.now);
    this.#antiEntropy.tick();
    this.#own.tick();
    return Math.min(this.#ctx.store.nextSweep, this.#antiEntropy.nextDue, this.#own.nextDue);
  }

  /** Versions held. */
  get count(): number {
    return this.#ctx.store.usage.size;
  }

  view(): RecordsView {
    const { store } = this.#ctx;
    const types = Object.keys(RULES) as RecordType[];
    const held = Object.fromEntries(types.map((type) => [type, store.usage.count(type)])) as Record<RecordType, number>;
    return { held, bytes: store.usage.bytes, own: this.#own.size, subscriptions: this.#topics.size };
  }
}
