import type { Duplex } from "node:stream";

/**
 * Gathers what is written in one turn of the event loop, so that many messages to one socket cost one system call.
 * @param onFlushed told of every stream after its messages went to the kernel, or wait for it
 */
export function createOutbox<Owner extends { readonly stream: Duplex }>(onFlushed: (owner: Owner) => void) {
  let corked = new Set<Owner>();

  function flush(): void {
    const owners = corked;
    corked = new Set();
    for (const owner of owners) owner.stream.uncork();
    for (const owner of owners) onFlushed(owner);
  }

  /** To be called before each write. */
  return function hold(owner: Owner): void {
    if (corked.has(owner)) return;
    if (corked.size === 0) setImmediate(flush);
    corked.add(owner);
    owner.stream.cork();
  };
}
