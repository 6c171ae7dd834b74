import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { timed } from "../src/contender.ts";
import { download, open, share } from "../src/starling.ts";
import type { Entry } from "./case.ts";
import type { Answer, Question } from "./firefox-in-host.ts";
import { measure, rest, type TransferOptions } from "./transfer.ts";

/** Starling in Firefoxes: one moves a file to all others. */
export function firefoxEntry(options: Pick<TransferOptions, "bytes" | "network" | "probe">): Entry {
  return {
    name: "Firefox, Starling",
    run: async (rig) => {
      const launch = (host: string) => new FirefoxPage(rig.run(host, "firefox-in-host.ts", rig.services.starling));
      const [sender, receivers] = [launch("seed"), rig.receivers.map(launch)];
      try {
        const link = await sender.run(share, options.bytes);
        await Promise.all(receivers.map((receiver) => receiver.run(open, link)));
        const idle = await rest();
        const start = async () => ({
          seconds: await timed(receivers, (receiver) => receiver.run(download)),
          duplicateShare: null,
          copiesSent: null,
        });
        return await measure(rig, start, options, idle);
      } finally {
        await Promise.all([sender, ...receivers].map((page) => page.close()));
      }
    },
  };
}

/** Starling's page in a Firefox in an emulated host, by way of a process there. */
class FirefoxPage {
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Runs a function there, one at a time; arguments and result as JSON. */
  async run<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    const question: Question = { work: String(work), args };
    this.#child.send(question);
    const [answer] = (await once(this.#child, "message")) as [Answer];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value as Awaited<R>;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.disconnect();
    await ended;
  }
}
