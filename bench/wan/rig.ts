import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright";
import { CHROMIUM_FLAGS, chromiumPath } from "../../scripts/chromium.mjs";
import { Netlab, namespaceOf } from "./netlab.ts";
import type { Line, Network } from "./network.ts";
import type { Services } from "./serve.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const IN_HOST = fileURLToPath(new URL("browser-in-host.sh", import.meta.url));

/** The server stands well connected in the middle, as servers do. */
const SERVER: Line = { up: 0, down: 0, delay: 0, loss: 0 };

/** Hosts, the services in one of them, and browsers in the others. Without a network, all on this machine's loopback. */
export class Rig {
  /** Null on loopback. */
  readonly netlab: Netlab | null;
  readonly receivers: readonly string[];
  readonly #running: { readonly children: ChildProcess[]; readonly browsers: Set<Browser> };
  #services: Services | null = null;

  private constructor(netlab: Netlab | null, receivers: readonly string[]) {
    this.netlab = netlab;
    this.receivers = receivers;
    this.#running = { children: [], browsers: new Set() };
  }

  /** @param network null for loopback, with one receiver. */
  static async start(network: Network | null): Promise<Rig> {
    const receivers = network?.receivers.map((_, i) => `peer${i + 1}`) ?? ["peer1"];
    const rig = new Rig(network && (await Netlab.start(linesOf(network, receivers))), receivers);
    try {
      const child = rig.run("server", "serve.ts", rig.addressOf("server"));
      const told = await Promise.race([once(child, "message"), once(child, "exit").then(() => null)]);
      if (told === null) throw new Error("The services did not start: npm run build makes the app that they serve.");
      rig.#services = told[0];
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  get services(): Services {
    if (!this.#services) throw new Error("The services are not there yet.");
    return this.#services;
  }

  addressOf(host: string): string {
    return this.netlab?.addressOf(host) ?? "127.0.0.1";
  }

  /** Runs a script of this folder in a host, until the rig closes. */
  run(host: string, script: string, ...args: readonly string[]): ChildProcess {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const node = [process.execPath, "--import", "tsx", path, ...args];
    const [command = "", ...words] = this.netlab ? ["ip", "netns", "exec", namespaceOf(host), ...node] : node;
    const child = spawn(command, words, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#running.children.push(child);
    return child;
  }

  /** A browser process of its own in this host. */
  async launch(host: string): Promise<Browser> {
    const { pages, starling } = this.services;
    const browserPath = chromiumPath(existsSync) ?? chromium.executablePath();
    const browser = await chromium.launch({
      executablePath: this.netlab ? IN_HOST : browserPath,
      env: { ...process.env, STARLING_NAMESPACE: namespaceOf(host), STARLING_BROWSER: browserPath },
      // Pages on addresses of the emulated network may use WebCrypto as those on loopback do.
      args: [...CHROMIUM_FLAGS, `--unsafely-treat-insecure-origin-as-secure=${origin(pages)},${origin(starling)}`],
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    this.#running.browsers.add(browser);
    browser.on("disconnected", () => this.#running.browsers.delete(browser));
    return browser;
  }

  async closeBrowsers(): Promise<void> {
    await Promise.all([...this.#running.browsers].map((browser) => browser.close().catch(() => undefined)));
  }

  /** Ends everything that it started and takes the hosts away. May be called again. */
  async close(): Promise<void> {
    await this.closeBrowsers();
    for (const child of this.#running.children) child.kill();
    await this.netlab?.stop();
  }
}

function linesOf(network: Network, receivers: readonly string[]): Map<string, Line> {
  const lines = new Map([
    ["server", SERVER],
    ["seed", network.seed],
  ]);
  for (const [i, line] of network.receivers.entries()) lines.set(receivers[i] ?? "", line);
  return lines;
}

function origin(address: string): string {
  return new URL(address).origin;
}
