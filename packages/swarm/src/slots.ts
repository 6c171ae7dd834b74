const MIN_SLOTS = 3;
const MAX_SLOTS = 16;
/** Bytes per second below which a slot is too thin to keep a block's answer within the least request time-out. */
const SLOT_RATE = 16 * 1024;
/** A regular slot in so many has an optimistic one beside it. */
const REGULAR_PER_OPTIMISTIC = 5;

/** What a round of the choker knows of its uplink. */
export interface SlotUse {
  /** Regular slots until now. */
  readonly slots: number;
  /** Somebody who is interested has none. */
  readonly waiting: boolean;
  /** Whether the uplink could carry more; null: nobody knows. */
  readonly room: boolean | null;
  /** Bytes per second sent to each peer that holds a slot. */
  readonly rate: number;
}

/**
 * Regular slots of the next round: one more while the uplink has room and somebody waits, one less while it is full
 * and slots are too thin. Few slots make what a peer gives worth a lot to it, more of them fill a wide uplink; 4 are Cohen's (2003).
 */
export function nextSlots({ slots, waiting, room, rate }: SlotUse): number {
  if (room === null || !waiting) return slots;
  if (room) return Math.min(MAX_SLOTS, slots + 1);
  return rate < SLOT_RATE ? Math.max(MIN_SLOTS, slots - 1) : slots;
}

/** Slots given at random beside so many regular ones. */
export function optimisticSlots(slots: number): number {
  return Math.max(1, Math.floor(slots / REGULAR_PER_OPTIMISTIC));
}
