// A Firefox in an emulated host, with Starling's page open. Argument: the page's address. Runs in the page whatever its
// parent sends, and ends with it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Firefox } from "../../e2e/firefox/firefox.ts";
import { Visitor } from "../../e2e/firefox/visitor.ts";

/** A function's text, and what it is called with. */
export interface Question {
  readonly work: string;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly value?: unknown;
  readonly error?: string;
}

const address = process.argv[2] ?? "";
const folder = await mkdtemp(join(tmpdir(), "starling-firefox-"));
// Pages on addresses of the emulated network may use WebCrypto as those on loopback do.
const firefox = new Firefox(folder, { "dom.securecontext.allowlist": new URL(address).hostname });
const visitor = new Visitor("Firefox", firefox);
const arrived = visitor.visit(address);

async function answer({ work, args }: Question): Promise<Answer> {
  try {
    await arrived;
    return { value: await visitor.runText(work, args) };
  } catch (error) {
    return { error: String(error) };
  }
}

async function end(): Promise<void> {
  await firefox.kill();
  await rm(folder, { recursive: true, force: true });
  process.exit();
}

process.on("message", async (question: Question) => process.send?.(await answer(question)));
process.on("disconnect", end);
process.on("SIGTERM", end);
