/** Enters an item into a binary heap. `isBefore` must tell any two apart. */
export function pushTo<Item>(heap: Item[], item: Item, isBefore: (a: Item, b: Item) => boolean): void {
  let i = heap.length;
  heap.push(item);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || isBefore(above, item)) break;
    heap[i] = above;
    i = parent;
  }
  heap[i] = item;
}

/** Takes the first item out of a binary heap. */
export function popFrom<Item>(heap: Item[], isBefore: (a: Item, b: Item) => boolean): Item | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let i = 0;
  for (;;) {
    const child = smallerChild(heap, i, isBefore);
    const below = heap[child];
    if (below === undefined || !isBefore(below, last)) break;
    heap[i] = below;
    i = child;
  }
  heap[i] = last;
  return first;
}

function smallerChild<Item>(heap: readonly Item[], i: number, isBefore: (a: Item, b: Item) => boolean): number {
  const left = heap[2 * i + 1];
  const right = heap[2 * i + 2];
  return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * i + 2 : 2 * i + 1;
}
