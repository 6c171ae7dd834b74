import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { clientFrame, FrameReader } from "./frames.ts";

/** A WebSocket with as little work of its own as possible, so that the server is the bottleneck. */
export class BareSocket {
  readonly stream: Socket;
  readonly #reader = new FrameReader();
  readonly #texts: string[] = [];
  #wake: () => void = () => {};

  private constructor(stream: Socket) {
    this.stream = stream;
  }

  static async open(port: number, path: string): Promise<BareSocket> {
    const stream = connect(port, "127.0.0.1");
    stream.setNoDelay(true);
    await once(stream, "connect");
    const host = `127.0.0.1:${port}`;
    const key = "MDEyMzQ1Njc4OWFiY2RlZg==";
    stream.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    const socket = new BareSocket(stream);
    await socket.#readHandshake();
    return socket;
  }

  send(text: string): void {
    this.stream.write(clientFrame(text));
  }

  /** The next text that the server sends. */
  async next(): Promise<string> {
    while (this.#texts.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#texts.shift() ?? "";
  }

  /** From now on, bytes are only counted. */
  countBytes(listener: (bytes: number) => void): void {
    this.stream.removeAllListeners("data");
    this.stream.on("data", (data) => listener(data.length));
  }

  close(): void {
    this.stream.destroy();
  }

  #readHandshake(): Promise<void> {
    return new Promise((resolve, reject) => {
      let head = Buffer.alloc(0);
      const read = (data: Buffer) => {
        head = Buffer.concat([head, data]);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        this.stream.off("data", read);
        if (!head.toString("latin1").startsWith("HTTP/1.1 101")) reject(new Error(head.toString("latin1", 0, end)));
        this.#receive(head.subarray(end + 4));
        this.stream.on("data", (bytes: Buffer) => this.#receive(bytes));
        resolve();
      };
      this.stream.on("data", read);
      this.stream.once("error", reject);
    });
  }

  #receive(data: Buffer): void {
    this.#texts.push(...this.#reader.push(data));
    this.#wake();
  }
}
