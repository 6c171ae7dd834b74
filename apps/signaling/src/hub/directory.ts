import type { NodeId, RandomBytes } from "@starling/protocol";
import { nearestIds } from "./nearest.ts";
import { lowerBound } from "./sorted.ts";

/**
 * Who is connected: node ids and the socket of each.
 *
 * Invariant: `#ids` holds exactly the keys of `#sockets`, sorted; so random picks and the nearest ids need no scan.
 */
export class Directory {
  readonly #sockets = new Map<NodeId, number>();
  readonly #ids: NodeId[] = [];

  get size(): number {
    return this.#ids.length;
  }

  socketOf(id: NodeId): number | undefined {
    return this.#sockets.get(id);
  }

  /** Adds the id, or gives it another socket. */
  set(id: NodeId, socket: number): void {
    if (!this.#sockets.has(id)) this.#ids.splice(lowerBound(this.#ids, id), 0, id);
    this.#sockets.set(id, socket);
  }

  /** Removes the id if it still belongs to this socket. */
  remove(id: NodeId, socket: number): void {
    if (this.#sockets.get(id) !== socket) return;
    this.#sockets.delete(id);
    this.#ids.splice(lowerBound(this.#ids, id), 1);
  }

  /** Up to `count` ids nearest to `target` by XOR, nearest first, `except` left out. */
  nearest(target: NodeId, count: number, except: NodeId): NodeId[] {
    return nearestIds(this.#ids, target, count + 1)
      .filter((id) => id !== except)
      .slice(0, count);
  }

  /** Up to `count` different ids, each as likely as any other, `except` left out. */
  random(count: number, random: RandomBytes, except: NodeId): NodeId[] {
    const hole = this.#sockets.has(except) ? lowerBound(this.#ids, except) : this.#ids.length;
    const population = this.#sockets.has(except) ? this.#ids.length - 1 : this.#ids.length;
    const picked = new Set<number>();
    // Floyd's sampling without replacement (Bentley and Floyd, CACM 30(9), 1987): one draw a pick.
    for (let top = Math.max(0, population - count); top < population; top++) {
      const draw = randomBelow(top + 1, random);
      picked.add(picked.has(draw) ? top : draw);
    }
    return [...picked].flatMap((index) => this.#ids[index < hole ? index : index + 1] ?? []);
  }
}

function randomBelow(limit: number, random: RandomBytes): number {
  const bytes = random(4);
  const draw = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  return Math.floor((draw / 2 ** 32) * limit);
}
