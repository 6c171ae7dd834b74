import type { Client, Share } from "@starling/client";
import type { FileAddress } from "./address.ts";
import { OPEN, type OpenMessage, type PageMessage, type WorkerMessage } from "./messages.ts";

/** Streams that one page keeps open; one that was left behind by a stopped worker is the first to go. */
const MAX_READINGS = 32;

/** Lets the service worker read the files of this page's shares. Returns how to stop. */
export function offerFiles(client: Client, container: ServiceWorkerContainer): () => void {
  const readings = new Set<FileReading>();
  const opened = ({ data, ports: [port] }: MessageEvent<OpenMessage | undefined>) => {
    if (data?.type !== OPEN || !port) return;
    const share = client.shares().find(({ root }) => root === data.root);
    const file = share?.files.find(({ path }) => path === data.path);
    if (!share || !file || !canGive(share, file)) return say(port, { type: "none" });
    const reading = new FileReading(client, share, data, port);
    readings.add(reading);
    reading.ended = () => readings.delete(reading);
    if (readings.size > MAX_READINGS) [...readings][0]?.end();
    say(port, { type: "file", size: file.size, mediaType: file.type, runs: share.state !== "elsewhere" });
  };
  container.addEventListener("message", opened);
  container.startMessages();
  return () => {
    container.removeEventListener("message", opened);
    for (const reading of [...readings]) reading.end();
  };
}

/** A share that runs in another tab is fetched by that tab; here only what is whole can be read. */
function canGive(share: Share, { path, size }: { readonly path: string; readonly size: number }): boolean {
  return share.state !== "elsewhere" || share.fileProgress(path) === size;
}

/** One port of the worker: reads a range of a file, a chunk for each pull. */
class FileReading {
  ended: () => void = () => undefined;
  readonly #share: Share;
  readonly #file: FileAddress;
  readonly #port: MessagePort;
  readonly #unsubscribe: () => void;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;

  constructor(client: Client, share: Share, file: FileAddress, port: MessagePort) {
    this.#share = share;
    this.#file = file;
    this.#port = port;
    // The tab that the share moves to is asked instead.
    this.#unsubscribe = client.subscribe(() => this.#reader && this.#isGone && this.#fail());
    port.addEventListener("close", () => this.end());
    port.onmessage = ({ data }: MessageEvent<WorkerMessage>) => void this.#take(data);
  }

  end(): void {
    void this.#reader?.cancel().catch(() => undefined);
    this.#unsubscribe();
    this.#port.close();
    this.ended();
  }

  get #isGone(): boolean {
    const size = this.#share.files.find(({ path }) => path === this.#file.path)?.size ?? 0;
    return !canGive(this.#share, { path: this.#file.path, size });
  }

  async #take(message: WorkerMessage): Promise<void> {
    if (message.type === "cancel") return this.end();
    if (message.type === "read") {
      this.#reader = this.#share.stream(this.#file.path, message.start, message.end).getReader();
      return;
    }
    try {
      const chunk = await this.#reader?.read();
      if (chunk?.value) return say(this.#port, { type: "chunk", bytes: own(chunk.value) });
      say(this.#port, { type: "end" });
      this.end();
    } catch {
      this.#fail();
    }
  }

  #fail(): void {
    say(this.#port, { type: "failed" });
    this.end();
  }
}

/** A stream's chunk has a buffer of its own, which may be handed over rather than copied. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
}

function say(port: MessagePort, message: PageMessage): void {
  port.postMessage(message, message.type === "chunk" ? [message.bytes.buffer] : []);
}
