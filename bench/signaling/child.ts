import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Usage } from "./serve.ts";

/** A compared server in its own process, held to one core where the system allows it. */
export class ServerChild {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(name: string): Promise<ServerChild> {
    const script = fileURLToPath(new URL("./serve.ts", import.meta.url));
    const node = [process.execPath, "--expose-gc", "--import", "tsx", script, name];
    const [command = "", ...args] = process.platform === "linux" ? ["taskset", "-c", "0", ...node] : node;
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const [message] = (await once(child, "message")) as [{ port: number }];
    return new ServerChild(child, message.port);
  }

  async usage(): Promise<Usage> {
    this.#child.send("usage");
    const [usage] = (await once(this.#child, "message")) as [Usage];
    return usage;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}
