import { type NodeId, nodeIdOf } from "@starling/protocol";
import type { IdentityContact, IdentitySlot, PieceStore } from "@starling/store";
import { type HeldLock, holdLock } from "./locks.ts";
import { type NodeKeys, nodeKeys } from "./node-keys.ts";

/** The highest sequence number signed under each overlay key. */
type SignedNumbers = NonNullable<IdentitySlot["numbers"]>;

/** Who this tab is, until `release`. */
export interface Identity {
  readonly nodeId: NodeId;
  readonly slot: number;
  readonly keys: NodeKeys;
  /** Of the last visit. */
  readonly contacts: readonly IdentityContact[];
  /** Sequence numbers signed in earlier visits. */
  readonly numbers: SignedNumbers;
  /** Keeps these for the next visit. */
  saveContacts(contacts: readonly IdentityContact[]): void;
  /** Settles when they are kept, or cannot be. */
  saveNumbers(numbers: SignedNumbers): Promise<void>;
  release(): void;
}

/** sessionStorage survives a reload and is copied to a duplicated tab; the lock tells the two apart. */
const SLOT_KEY = "starling:slot";

/** A reload's new page may start before the old one let go of its lock. */
const OWN_SLOT_WAIT_MS = 1000;

/**
 * Takes an identity slot that no other live tab holds: this tab's own from before a reload, else the free slot used last,
 * else a new one. The Web Lock `identity:N` is held while the tab lives, so two live tabs never share an id.
 */
export async function takeIdentity(store: PieceStore): Promise<Identity> {
  const saved = await store.slots();
  const held = (await ownSlot(saved)) ?? (await freeSlot(saved)) ?? (await newSlot(saved));
  let slot: IdentitySlot = { ...held.slot, lastUsed: Date.now() };
  const save = (changed: Partial<Pick<IdentitySlot, "contacts" | "numbers">>) => {
    slot = { ...slot, ...changed, lastUsed: Date.now() };
    return store.saveSlot(slot);
  };
  // Nothing waits for it: where it cannot be written, the tab is somebody else next time.
  void store.saveSlot(slot);
  const keys = held.keys ?? (await nodeKeys(slot.seed));
  rememberSlot(slot.slot);
  return {
    nodeId: slot.nodeId,
    slot: slot.slot,
    keys,
    contacts: slot.contacts ?? [],
    numbers: slot.numbers ?? [],
    saveContacts: (contacts) => void save({ contacts }),
    saveNumbers: async (numbers) => void (await save({ numbers })),
    release: held.lock.release,
  };
}

interface HeldSlot {
  readonly slot: IdentitySlot;
  readonly lock: HeldLock;
  /** Of a new slot, which has just made them. */
  readonly keys?: NodeKeys;
}

async function ownSlot(saved: readonly IdentitySlot[]): Promise<HeldSlot | null> {
  const number = rememberedSlot();
  const slot = saved.find((candidate) => candidate.slot === number);
  return slot ? holdSlot(slot, OWN_SLOT_WAIT_MS) : null;
}

async function freeSlot(saved: readonly IdentitySlot[]): Promise<HeldSlot | null> {
  for (const slot of [...saved].sort((a, b) => b.lastUsed - a.lastUsed)) {
    const held = await holdSlot(slot, 0);
    if (held) return held;
  }
  return null;
}

/** Numbers are claimed by their lock before the row exists, so two tabs that start at once take different ones. */
async function newSlot(saved: readonly IdentitySlot[]): Promise<HeldSlot> {
  for (let number = Math.max(-1, ...saved.map((slot) => slot.slot)) + 1; ; number++) {
    const seed = crypto.getRandomValues(new Uint8Array(32));
    const keys = await nodeKeys(seed);
    const { publicKey } = keys;
    const slot = { slot: number, seed, publicKey, nodeId: nodeIdOf(publicKey), lastUsed: 0 };
    const held = await holdSlot(slot, 0);
    if (held) return { ...held, keys };
  }
}

async function holdSlot(slot: IdentitySlot, waitMs: number): Promise<HeldSlot | null> {
  const lock = await holdLock(`identity:${slot.slot}`, { waitMs });
  return lock ? { slot, lock } : null;
}

function rememberedSlot(): number | null {
  const text = globalThis.sessionStorage?.getItem(SLOT_KEY) ?? null;
  return text === null ? null : Number(text);
}

function rememberSlot(slot: number): void {
  globalThis.sessionStorage?.setItem(SLOT_KEY, String(slot));
}
