import {
  DecodeError,
  decodeSync,
  encodeSync,
  type HeldRecord,
  type HeldVersion,
  MAX_RECORDS_PAGE,
  type NodeId,
  type SyncMessage,
  toHex,
} from "@starling/protocol";
import { Allowances } from "./allowances.ts";
import type { RecordsContext } from "./context.ts";
import { bucketOf, differing, digestsOf } from "./digests.ts";
import { MAX_CHECKING, MAX_CO_REPLICAS, MAX_LISTED, MAX_WANTED, PAGE_BYTES, SYNCS_PER_MINUTE } from "./limits.ts";
import { bequests, PassingOn } from "./passing-on.ts";
import type { Held } from "./record-store.ts";
import type { ReplicaSets } from "./replica-sets.ts";
import { SyncSchedule } from "./sync-schedule.ts";
import type { Verifier } from "./verifier.ts";
import { versionOf } from "./versions.ts";

/**
 * Keeps the replicas of a key equal (Demers et al., "Epidemic algorithms for replicated database maintenance", 1987).
 * Siblings compare digests of the records that both should hold; of buckets that differ they tell each other the
 * versions, and each asks for what it lacks. No message needs an earlier one: any may be lost.
 */
export class AntiEntropy {
  readonly #ctx: RecordsContext;
  readonly #sets: ReplicaSets;
  readonly #verifier: Verifier;
  readonly #allowed = new Allowances(SYNCS_PER_MINUTE);
  readonly #schedule = new SyncSchedule();
  readonly #passingOn: PassingOn;
  /** Records of each sibling whose signatures are being checked. */
  readonly #checking = new Map<NodeId, number>();

  constructor(ctx: RecordsContext, sets: ReplicaSets, verifier: Verifier) {
    this.#ctx = ctx;
    this.#sets = sets;
    this.#verifier = verifier;
    this.#passingOn = new PassingOn(ctx, sets);
  }

  get nextDue(): number {
    return this.#schedule.nextDue;
  }

  /** A sibling came or went: what this node should hold changed, so all are compared with at once. */
  siblingsChanged(): void {
    if (!this.#ctx.policy.antiEntropy) return;
    this.#sets.forget();
    for (const gone of this.#schedule.restart(this.#partners(), this.#ctx.now)) this.#checking.delete(gone);
    this.tick();
  }

  tick(): void {
    const now = this.#ctx.now;
    if (now < this.#schedule.nextDue || !this.#ctx.policy.antiEntropy) return;
    this.#sets.forget();
    this.#schedule.admit(this.#partners(), now);
    for (const partner of this.#schedule.takeDue(now)) this.#compare(partner);
    for (const [to, versions] of this.#passingOn.take()) this.#list(to, versions.map(bucketOf), versions);
  }

  /** An anti-entropy frame of a linked node. */
  message(sibling: NodeId, body: Uint8Array): void {
    if (!this.#ctx.policy.antiEntropy) return;
    const message = this.#decoded(sibling, body);
    if (message === null) return;
    if (message.type !== "records" && !this.#allowed.take(sibling, this.#ctx.now)) return;
    switch (message.type) {
      case "digests":
        return this.#compared(sibling, message);
      case "list":
        return this.#listed(sibling, message.versions);
      case "want":
        return this.#wanted(sibling, message.versions);
      case "records":
        for (const held of message.records) this.#take(sibling, held);
    }
  }

  /** This node will not answer any more: each record goes to the one that becomes a replica in its place. */
  handOver(): void {
    for (const [heir, bequest] of bequests(this.#ctx)) this.#sendRecords(heir, bequest);
  }

  #decoded(sibling: NodeId, body: Uint8Array): SyncMessage | null {
    try {
      return decodeSync(body);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#ctx.breach(sibling, "malformed-sync", false);
      return null;
    }
  }

  /**
   * The siblings, and linked nodes that are replicas of a key beside this one without being its siblings: a key near
   * the edge of a subtree has its eight nearest on both sides.
   */
  #partners(): Set<NodeId> {
    const partners = new Set(this.#ctx.routes.siblings());
    const most = partners.size + MAX_CO_REPLICAS;
    for (const { key } of this.#ctx.store.all(this.#ctx.now)) {
      if (partners.size >= most) break;
      if (!this.#sets.isMine(key)) continue;
      for (const replica of this.#sets.of(key)) if (replica !== this.#ctx.self) partners.add(replica);
    }
    return partners;
  }

  #compare(sibling: NodeId): void {
    this.#tell(sibling, { type: "digests", reply: true, digests: digestsOf(this.#sharedWith(sibling)) });
  }

  #compared(sibling: NodeId, { reply, digests }: Extract<SyncMessage, { type: "digests" }>): void {
    const shared = this.#sharedWith(sibling);
    const ours = digestsOf(shared);
    const buckets = differing(ours, digests);
    this.#schedule.defer(sibling, this.#ctx.now);
    if (buckets.length === 0) return;
    if (reply) this.#tell(sibling, { type: "digests", reply: false, digests: ours });
    this.#list(sibling, buckets, shared);
  }

  #list(sibling: NodeId, buckets: readonly number[], shared: readonly Held[]): void {
    const wanted = new Set(buckets);
    const versions = shared.filter((held) => wanted.has(bucketOf(held)));
    versions.sort((a, b) => bucketOf(a) - bucketOf(b));
    for (let at = 0; at < versions.length; at += MAX_LISTED) {
      const part = versions.slice(at, at + MAX_LISTED);
      const told = [...new Set(part.map(bucketOf))];
      this.#tell(sibling, {
        type: "list",
        buckets: told,
        versions: part.map(({ key, fingerprint }) => ({ key, fingerprint })),
      });
    }
  }

  /** Asks for what this node lacks and should hold. */
  #listed(sibling: NodeId, versions: readonly HeldVersion[]): void {
    const { store, now } = this.#ctx;
    const lacking = versions.filter(
      ({ key, fingerprint }) => store.find(key, toHex(fingerprint), now) === undefined && this.#sets.isMine(key),
    );
    for (let at = 0; at < lacking.length; at += MAX_WANTED) {
      this.#tell(sibling, { type: "want", versions: lacking.slice(at, at + MAX_WANTED) });
    }
  }

  #wanted(sibling: NodeId, versions: readonly HeldVersion[]): void {
    const { store, now } = this.#ctx;
    const found = versions
      .slice(0, MAX_WANTED)
      .map(({ key, fingerprint }) => store.find(key, toHex(fingerprint), now))
      .filter((held) => held !== undefined);
    this.#sendRecords(sibling, found);
  }

  #sendRecords(to: NodeId, versions: readonly Held[]): void {
    let frame: HeldRecord[] = [];
    let bytes = 0;
    const flush = (): void => {
      if (frame.length > 0) this.#tell(to, { type: "records", records: frame });
      frame = [];
      bytes = 0;
    };
    for (const held of versions) {
      if (frame.length >= MAX_RECORDS_PAGE || bytes + held.bytes > PAGE_BYTES) flush();
      bytes += held.bytes;
      frame.push({ record: held.record, left: Math.max(0, Math.floor(held.expires - this.#ctx.now)) });
    }
    flush();
  }

  /** A record that a sibling passed on; its life is not prolonged by that. */
  #take(sibling: NodeId, { record, left }: HeldRecord): void {
    const ctx = this.#ctx;
    const version = versionOf(record);
    const allowed = ctx.lifeOf(record);
    if (allowed === null || left === 0 || !this.#sets.isNear(version.key)) return;
    const life = Math.min(allowed, left);
    const { publisher } = version;
    const outcome = ctx.store.foresee(version, publisher, ctx.now);
    const checking = this.#checking.get(sibling) ?? 0;
    if ((outcome !== "stored" && outcome !== "equivocation") || checking >= MAX_CHECKING) return;
    if (ctx.store.find(version.key, version.mark, ctx.now) !== undefined) return;
    this.#checking.set(sibling, checking + 1);
    this.#verifier.record(version, (ok) => {
      this.#checking.set(sibling, Math.max(0, (this.#checking.get(sibling) ?? 0) - 1));
      if (ok) ctx.store.add(version, publisher, life, ctx.now);
      else ctx.badSignature(sibling);
    });
  }

  #sharedWith(sibling: NodeId): Held[] {
    return [...this.#ctx.store.all(this.#ctx.now)].filter((held) => {
      const replicas = this.#sets.of(held.key);
      return replicas.includes(sibling) && replicas.includes(this.#ctx.self);
    });
  }

  #tell(sibling: NodeId, message: SyncMessage): void {
    this.#ctx.routes.tell(sibling, encodeSync(message));
  }
}
