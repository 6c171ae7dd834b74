const MAX_DIALS = 6;

/** The dials of each node: six at once as in packages/connect, the others wait. */
export class DialQueue<Node> {
  readonly #running = new Map<Node, number>();
  readonly #waiting = new Map<Node, string[]>();

  isFull(node: Node): boolean {
    return (this.#running.get(node) ?? 0) >= MAX_DIALS;
  }

  wait(node: Node, to: string): void {
    const queue = this.#waiting.get(node) ?? [];
    this.#waiting.set(node, queue);
    if (!queue.includes(to)) queue.push(to);
  }

  begun(node: Node): void {
    this.#running.set(node, (this.#running.get(node) ?? 0) + 1);
  }

  /** A dial is over. Returns whom the node waits to dial next. */
  ended(node: Node): string | undefined {
    this.#running.set(node, (this.#running.get(node) ?? 1) - 1);
    return this.#waiting.get(node)?.shift();
  }

  /** Nothing waits for a node that is no more. */
  gone(node: Node): void {
    this.#waiting.delete(node);
  }
}
