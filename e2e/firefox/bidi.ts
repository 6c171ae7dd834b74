import { once } from "node:events";
import { WebSocket } from "ws";

/** A command waits no longer than this, ms: a download may be one. */
const PATIENCE_MS = 120_000;

interface Answer {
  readonly id?: number;
  readonly type: "success" | "error" | "event";
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly method?: string;
  readonly params?: unknown;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A session of WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): JSON over one WebSocket. Playwright speaks it to
 * Firefox only with commands that released Firefoxes do not know yet, and Puppeteer's current line wants a later Node.
 */
export class BidiSession {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, (params: unknown) => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#heard(JSON.parse(String(data)) as Answer));
    socket.on("close", () => this.#ended());
  }

  /** @param address `ws://127.0.0.1:<port>/session` */
  static async open(address: string): Promise<BidiSession> {
    const socket = new WebSocket(address);
    await once(socket, "open");
    const session = new BidiSession(socket);
    await session.command("session.new", { capabilities: {} });
    return session;
  }

  /** Rejects with what the browser says is wrong. */
  command(method: string, params: object): Promise<unknown> {
    const id = this.#nextId++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const late = setTimeout(() => this.#waiting.get(id)?.reject(new Error(`${method} was not answered`)), PATIENCE_MS);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return answer.finally(() => {
      clearTimeout(late);
      this.#waiting.delete(id);
    });
  }

  /** One listener for each event. */
  async listen(event: string, listener: (params: unknown) => void): Promise<void> {
    this.#listeners.set(event, listener);
    await this.command("session.subscribe", { events: [event] });
  }

  #heard({ id, type, result, error, message, method, params }: Answer): void {
    if (type === "event") return this.#listeners.get(method ?? "")?.(params);
    const waiting = this.#waiting.get(id ?? 0);
    if (type === "success") waiting?.resolve(result);
    else waiting?.reject(new Error(`${error}: ${message}`));
  }

  #ended(): void {
    for (const { reject } of [...this.#waiting.values()]) reject(new Error("the browser has ended"));
  }
}
