import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { firefoxPath } from "../../scripts/firefox.mjs";
import { freePort } from "../server.ts";
import { BidiSession } from "./bidi.ts";

type Preferences = Readonly<Record<string, string | number | boolean>>;

const PREFERENCES: Preferences = {
  // Those that Firefox recommends to tests; and no connections of its own.
  "remote.prefs.recommended": true,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "services.settings.server": "data:,",
  // Without a camera allowed, addresses are names of mDNS, which a machine without a network cannot look up.
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  "media.peerconnection.ice.loopback": true,
  "media.autoplay.default": 0,
  "browser.download.folderList": 2,
};

/** A Firefox on a computer of somebody's own; the profile outlives the process. */
export class Firefox {
  /** Where it saves what is downloaded. */
  readonly downloads: string;
  readonly #profile: string;
  readonly #preferences: Preferences;
  #process: ChildProcess | null = null;

  /** @param folder for profile and downloads */
  constructor(folder: string, preferences: Preferences = {}) {
    this.downloads = join(folder, "downloads");
    this.#profile = join(folder, "profile");
    this.#preferences = { ...PREFERENCES, "browser.download.dir": this.downloads, ...preferences };
  }

  async start(): Promise<BidiSession> {
    for (const folder of [this.#profile, this.downloads]) await mkdir(folder, { recursive: true });
    const lines = Object.entries(this.#preferences).map((entry) => `user_pref(${JSON.stringify(entry).slice(1, -1)});`);
    await writeFile(join(this.#profile, "user.js"), lines.join("\n"));
    const port = await freePort();
    const words = ["--headless", "--no-remote", "--profile", this.#profile, `--remote-debugging-port=${port}`];
    const firefox = spawn(firefoxPath() ?? "firefox", [...words, "about:blank"], {
      // With a group of its own, so that all its processes can be ended at once.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = firefox;
    await listening(firefox);
    return BidiSession.open(`ws://127.0.0.1:${port}/session`);
  }

  /** Ends it and all its helpers at once, without a goodbye. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (!running?.pid || running.exitCode !== null) return;
    const ended = once(running, "exit");
    process.kill(-running.pid, "SIGKILL");
    await ended;
  }
}

async function listening(firefox: ChildProcess): Promise<void> {
  let said = "";
  const ready = new Promise<void>((resolve) => {
    firefox.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("WebDriver BiDi listening on")) resolve();
    });
  });
  const ended = once(firefox, "exit").then(() => Promise.reject(new Error(`Firefox did not start:\n${said}`)));
  await Promise.race([ready, ended]);
}
