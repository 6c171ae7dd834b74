import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** The real server in a process of its own, so that a test can kill it and start it again at the same address. */
export class ServerProcess {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;
  #log = "";

  /** @param folder the process's own place for whatever it writes. */
  constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  get url(): string {
    return `http://localhost:${this.port}/`;
  }

  /** Everything that it logged. */
  get log(): string {
    return this.#log;
  }

  async start(): Promise<void> {
    const env = { ...process.env, PORT: String(this.port), HOST: "localhost", TMPDIR: this.#folder };
    this.#process = spawn(process.execPath, ["--import", "tsx", "apps/signaling/src/main.ts"], { cwd: ROOT, env });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#log += chunk.toString();
      });
    }
    await this.#answering();
  }

  /** Ends it without a goodbye. */
  async kill(): Promise<void> {
    if (!this.#process || this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
    this.#process = null;
  }

  async #answering(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (this.#process?.exitCode !== null) break;
      const answer = await fetch(`${this.url}healthz`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`The server did not start; it needs the app that npm run build makes:\n${this.#log}`);
  }
}
