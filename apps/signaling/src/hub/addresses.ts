/** How many sockets each address group holds. */
export class AddressCounts {
  readonly #counts = new Map<string, number>();

  /** Counts one more, unless the group holds `limit` already. */
  admit(group: string, limit: number): boolean {
    const count = this.#counts.get(group) ?? 0;
    if (count >= limit) return false;
    this.#counts.set(group, count + 1);
    return true;
  }

  release(group: string): void {
    const count = this.#counts.get(group) ?? 0;
    if (count > 1) this.#counts.set(group, count - 1);
    else this.#counts.delete(group);
  }

  get size(): number {
    return this.#counts.size;
  }
}

/**
 * The part of an address that stands for one host: an IPv4 address as it is (also when mapped into IPv6), the first 64
 * bits of an IPv6 address, as one customer is given at least a /64 (RFC 6177).
 */
export function addressGroup(address: string): string {
  const lower = address.toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower)?.[1];
  if (mapped !== undefined) return mapped;
  if (!lower.includes(":")) return lower;
  return `${firstFourGroups(lower).join(":")}::/64`;
}

function firstFourGroups(address: string): string[] {
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after].slice(0, 4);
  return groups.map((group) => group.replace(/^0+(?=.)/, ""));
}
