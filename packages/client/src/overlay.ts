import type { DhtResult } from "@starling/dht";
import { type NodeId, parseNodeId, parseRoot, type Root } from "@starling/protocol";
import type { FoundValue, Overlay, OverlayMessage, OverlayView } from "./api.ts";
import { OverlayError } from "./errors.ts";
import type { OverlayCommand, OverlayHost } from "./overlay-host.ts";

type Result<T extends DhtResult["type"]> = Extract<DhtResult, { type: T }>;
type Listener = (message: OverlayMessage) => void;

/** The scripting API's view of the overlay. */
export class OverlayApi implements Overlay {
  readonly #host: OverlayHost;
  readonly #view: () => OverlayView;
  readonly #listeners = new Set<Listener>();
  readonly #topics = new Map<string, Set<Listener>>();

  constructor(host: OverlayHost, view: () => OverlayView) {
    this.#host = host;
    this.#view = view;
  }

  async put(name: string, value: Uint8Array): Promise<number> {
    return (await this.#run({ type: "put", name, value }, "stored")).seq;
  }

  async get(name: string): Promise<readonly FoundValue[]> {
    return (await this.#run({ type: "get", name }, "values")).values;
  }

  async remove(name: string): Promise<void> {
    await this.#run({ type: "remove", name }, "stored");
  }

  async putImmutable(value: Uint8Array): Promise<Uint8Array> {
    return (await this.#run({ type: "put-immutable", value }, "stored")).key;
  }

  async getImmutable(key: Uint8Array): Promise<Uint8Array> {
    return (await this.#run({ type: "get-immutable", key }, "value")).value;
  }

  async putMutable(salt: Uint8Array, value: Uint8Array, expected: number | null): Promise<number> {
    return (await this.#run({ type: "put-mutable", salt, value, expected }, "stored")).seq;
  }

  async getMutable(publicKey: Uint8Array, salt: Uint8Array): Promise<{ value: Uint8Array; seq: number }> {
    const { value, seq } = await this.#run({ type: "get-mutable", publicKey, salt }, "value");
    return { value, seq };
  }

  async provide(root: string): Promise<void> {
    await this.#run({ type: "provide", root: asRoot(root) }, "stored");
  }

  async unprovide(root: string): Promise<void> {
    await this.#run({ type: "unprovide", root: asRoot(root) }, "stored");
  }

  async findProviders(root: string): Promise<readonly string[]> {
    try {
      return (await this.#run({ type: "find-providers", root: asRoot(root) }, "providers")).peers;
    } catch (error) {
      if (error instanceof OverlayError && error.code === "not-found") return [];
      throw error;
    }
  }

  async send(id: string, payload: Uint8Array): Promise<string> {
    return (await this.#run({ type: "send", to: asNode(id), payload }, "delivered")).to;
  }

  async publish(topic: string, payload: Uint8Array): Promise<number> {
    return (await this.#run({ type: "publish", topic, payload }, "published")).subscribers;
  }

  async anycast(topic: string, payload: Uint8Array): Promise<string> {
    return (await this.#run({ type: "anycast", topic, payload }, "delivered")).to;
  }

  async subscribe(topic: string, listener: Listener): Promise<() => void> {
    const listeners = this.#topics.get(topic) ?? new Set<Listener>();
    this.#topics.set(topic, listeners.add(listener));
    if (listeners.size === 1) await this.#run({ type: "subscribe", topic }, "subscribed");
    return () => this.#unsubscribe(topic, listener);
  }

  onMessage(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async lookup(key: Uint8Array): Promise<readonly string[]> {
    return (await this.#run({ type: "lookup", key }, "nearest")).nodes;
  }

  view(): OverlayView {
    return this.#view();
  }

  /** A message for this node came. */
  heard(message: OverlayMessage): void {
    for (const listener of [...this.#listeners]) listener(message);
  }

  heardTopic(topic: string, message: OverlayMessage): void {
    for (const listener of [...(this.#topics.get(topic) ?? [])]) listener(message);
  }

  #unsubscribe(topic: string, listener: Listener): void {
    const listeners = this.#topics.get(topic);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.#topics.delete(topic);
    // Nobody waits for it: the subscription runs out by itself where this does not arrive.
    void this.#host.run({ type: "unsubscribe", topic }).catch(() => undefined);
  }

  async #run<T extends DhtResult["type"]>(command: OverlayCommand, type: T): Promise<Result<T>> {
    const result = await this.#host.run(command);
    if (result.type !== type) throw new TypeError(`the overlay answered ${command.type} with ${result.type}`);
    return result as Result<T>;
  }
}

function asRoot(text: string): Root {
  const root = parseRoot(text);
  if (root === null) throw new OverlayError("bad-key", "a root has 64 lower-case hex digits");
  return root;
}

function asNode(text: string): NodeId {
  const id = parseNodeId(text);
  if (id === null) throw new OverlayError("bad-key", "a node id has 64 lower-case hex digits");
  return id;
}
