import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Line } from "./network.ts";

const SOURCE = fileURLToPath(new URL("netlab.c", import.meta.url));
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/starling-bench", import.meta.url));
/** Ms between two looks at the queues. */
const SAMPLE_MS = 50;

/** One host at one moment. Counts are since the network came up; bytes with IP headers, drops in packets. */
export interface HostSample {
  /** On this process's clock, ms. */
  readonly at: number;
  readonly host: string;
  /** Ms that a packet of now would wait on the host's lines. */
  readonly upQueue: number;
  readonly downQueue: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly droppedByQueue: number;
  readonly droppedByLoss: number;
}

/** Emulated hosts, alone with each other; see netlab.c. */
export class Netlab {
  readonly #process: ChildProcess;
  readonly #hosts: readonly string[];
  readonly #listeners = new Set<(sample: HostSample) => void>();

  private constructor(process: ChildProcess, hosts: readonly string[]) {
    this.#process = process;
    this.#hosts = hosts;
  }

  /** @param lines by the name of the host. */
  static async start(lines: ReadonlyMap<string, Line>): Promise<Netlab> {
    const specs = [...lines].map(
      ([name, { up, down, delay, loss }], i) => `${namespaceOf(name)},${address(i)},${up},${down},${delay},${loss}`,
    );
    const child = spawn(compiled(), [`${SAMPLE_MS}`, ...specs], { stdio: ["pipe", "pipe", "inherit"] });
    const lab = new Netlab(child, [...lines.keys()]);
    const output = createInterface({ input: child.stdout });
    const ready = await Promise.race([once(output, "line"), once(child, "exit").then(() => null)]);
    if (ready === null) throw new Error("The emulated network did not come up; its own message is above.");
    const readyAt = performance.now();
    output.on("line", (line) => lab.#hear(line, readyAt));
    return lab;
  }

  addressOf(host: string): string {
    return address(this.#hosts.indexOf(host));
  }

  /** Tells every sample of every host; returns how to stop. */
  listen(listener: (sample: HostSample) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes all hosts away. What still runs in them goes on without a network. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.stdin?.end();
    await ended;
  }

  #hear(line: string, readyAt: number): void {
    const [at, namespace = "", ...figures] = line.split(" ");
    const [upQueue = 0, downQueue = 0, sentBytes = 0, receivedBytes = 0, droppedByQueue = 0, droppedByLoss = 0] =
      figures.map(Number);
    const host = namespace.slice(PREFIX.length);
    const counts = { sentBytes, receivedBytes, droppedByQueue, droppedByLoss };
    const sample = { at: readyAt + Number(at), host, upQueue, downQueue, ...counts };
    for (const listener of this.#listeners) listener(sample);
  }
}

const PREFIX = "starling-";

/** The network namespace of a host. */
export function namespaceOf(host: string): string {
  return PREFIX + host;
}

/** From the block for benchmarks of networks (RFC 2544). */
function address(index: number): string {
  return `198.18.0.${index + 1}`;
}

/** Path of the emulator, compiled when its source changed. */
function compiled(): string {
  const hash = createHash("sha256").update(readFileSync(SOURCE)).digest("hex").slice(0, 12);
  const path = join(CACHE, `netlab-${hash}`);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  execFileSync("cc", ["-O2", "-o", path, SOURCE], { stdio: "inherit" });
  return path;
}
