import { type Crowd, type CrowdOptions, expect, FULL, test } from "../fixtures.ts";
import { downloadText, get, haveJoined, haveSettled, providers, put, shareText, strangersAmong } from "../overlay.ts";
import type { Person } from "../person.ts";

const WINDOW_MS = FULL ? 300_000 : 20_000;
const ROUND_MS = 2_500;
/** Longer than two messages of one set-up are apart. */
const QUIET_MS = 500;

/** What a page and the server say to one another: the types of the messages, pings left out. */
class Wiretap {
  readonly sent: string[] = [];
  readonly received: string[] = [];

  constructor({ page }: Person) {
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => this.sent.push(typeOf(`${payload}`)));
      socket.on("framereceived", ({ payload }) => this.received.push(typeOf(`${payload}`)));
    });
  }

  /** Forgets what there was so far. */
  clear(): void {
    this.sent.length = 0;
    this.received.length = 0;
  }
}

test("over look-ups and new connections of ten tabs the server hears of each, once it has joined, a question for peers at most", async ({
  crowd,
}) => {
  test.skip(!FULL, "for time: npm run test:full");
  test.setTimeout(WINDOW_MS + 120_000);
  const taps = new Map<Person, Wiretap>();
  const before = (person: Person) => void taps.set(person, new Wiretap(person));
  const strangers = await settledStrangers(crowd, { before, together: true }, taps);
  for (const { sent, received } of taps.values()) {
    expect(sent.slice(0, 2)).toEqual(["hello", "prove"]);
    // Ten tabs that load at once may take longer than the server waits for one to speak; then a second socket is challenged.
    expect(received.slice(received.lastIndexOf("challenge")).slice(0, 2)).toEqual(["challenge", "welcome"]);
  }
  const people = [...taps.keys()];
  const created = await connectionsOf(people);
  for (const tap of taps.values()) tap.clear();

  const end = Date.now() + WINDOW_MS;
  await downloadFrom(...strangers, "never connected before");
  for (let round = 0; Date.now() < end; round++) {
    await lookUp(people, round);
    await people[0]?.page.waitForTimeout(ROUND_MS);
  }

  const connected = (await connectionsOf(people)) - created;
  const said = [...taps.values()].map(({ sent, received }) => [...sent, ...received].join(" ") || "nothing");
  console.log(`${connected} ends of new connections in ${WINDOW_MS / 1000} s; with the server: ${said.join(", ")}`);
  expect(connected).toBeGreaterThan(0);
  for (const { sent, received } of taps.values()) {
    expect(["", "peers"]).toContain(sent.join(" "));
    expect(["", "peers"]).toContain(received.join(" "));
  }
});

/** Whether nothing came or went for a moment: the last of what joining takes. */
async function isQuiet(taps: ReadonlyMap<Person, Wiretap>): Promise<boolean> {
  const count = () => [...taps.values()].reduce((sum, { sent, received }) => sum + sent.length + received.length, 0);
  const counted = count();
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  return count() === counted;
}

/** Ten tabs that have all that they want for now, and of them two that are not linked; more of them, if all ten are. */
async function settledStrangers(
  crowd: Crowd,
  how: CrowdOptions,
  taps: ReadonlyMap<Person, Wiretap>,
): Promise<readonly [Person, Person]> {
  for (const count of [10, 2, 2]) {
    await haveJoined(await crowd(count, how), 2);
    const people = [...taps.keys()];
    await haveSettled(people);
    await expect.poll(() => isQuiet(taps), { timeout: 20_000 }).toBe(true);
    const strangers = await strangersAmong(people, people);
    if (strangers) return strangers;
  }
  throw new Error("everybody is linked with everybody");
}

/** Another text each time; returns the share's root. */
async function downloadFrom(sharer: Person, receiver: Person, text: string): Promise<string> {
  const { link, root } = await shareText(sharer, text);
  const { nodeId } = await sharer.stats();
  await expect.poll(() => providers(receiver, root)).toContain(nodeId);
  expect(await downloadText(receiver, link)).toBe(text);
  return root;
}

/** One stores a record and gives a file to another; all read the record, and look for who has the file. */
async function lookUp(people: readonly Person[], round: number): Promise<void> {
  const sharer = people[round % people.length];
  const receiver = people[(round + people.length - 1) % people.length];
  if (!sharer || !receiver) throw new Error("nobody is there");
  const name = `round ${round}`;
  await put(sharer, name, name);
  const root = await downloadFrom(sharer, receiver, `the text of ${name}`);
  const { nodeId } = await sharer.stats();
  for (const person of people) {
    expect(await get(person, name)).toEqual([name]);
    if (person !== sharer) await expect.poll(() => providers(person, root)).toContain(nodeId);
  }
}

function typeOf(message: string): string {
  return /"type":"([a-z]+)"/.exec(message)?.[1] ?? message;
}

async function connectionsOf(people: readonly Person[]): Promise<number> {
  const counts = await Promise.all(people.map(async (person) => (await person.stats()).peerConnectionsCreated));
  return counts.reduce((sum, count) => sum + count, 0);
}
