import {
  addFingerprint,
  bySide,
  ManInTheMiddle,
  Replay,
  redirect,
  stripSignature,
  swapDescription,
  swapFingerprint,
  tamper,
} from "../doubles/evil-attacks.ts";
import { type Attack, EvilServer, HONEST } from "../doubles/evil-server.ts";
import { expect, FULL, test } from "../fixtures.ts";
import { downloadText, shareText } from "../overlay.ts";
import { Person } from "../person.ts";

/** An honest server links two pages within a second or two; both dial again within ten. */
const EVIL_MS = FULL ? 25_000 : 5_000;
const LATER = { timeout: 60_000 };

/** Two or three pages at a server of their own that is, for now, honest. */
interface Party {
  readonly evil: EvilServer;
  readonly people: readonly Person[];
}

const party = test.extend<{ partyOf: (count: number, prepare?: () => void) => Promise<Party> }>({
  partyOf: async ({ browser, server }, use) => {
    const parties: Party[] = [];
    await use(async (count, prepare) => {
      const evil = new EvilServer();
      const people: Person[] = [];
      for (const name of ["Ada", "Ben", "Cem"].slice(0, count)) {
        const context = await browser.newContext();
        await evil.serve(context);
        if (prepare) await context.addInitScript(prepare);
        people.push(new Person(name, context, await context.newPage(), server.url));
      }
      const made = { evil, people };
      parties.push(made);
      return made;
    });
    const everybody = parties.flatMap(({ people }) => people);
    await Promise.all(everybody.map(({ context }) => context.close()));
    expect(everybody.flatMap(({ troubles }) => troubles)).toEqual([]);
  },
});

/** Their pages meet while the server is evil, and nothing passes; once it is honest, the same pages link. */
async function expectNothingPasses({ evil, people }: Party, attack: Attack): Promise<void> {
  evil.attack = attack;
  await Promise.all(people.map((person) => person.visit()));
  const [sharer, receiver] = people;
  if (!sharer || !receiver) throw new Error("nobody is there");
  const { link } = await shareText(sharer, "for Ben's eyes");
  // Opening gives up after half a minute; its share waits on.
  const download = downloadText(receiver, link).catch(() => null);
  await expect.poll(() => evil.attacked, LATER).toBeGreaterThan(0);
  await sharer.page.waitForTimeout(EVIL_MS);
  // Counts every frame of every link, a hello included.
  for (const person of people) expect(await person.stats()).toMatchObject({ links: 0, bytesReceived: 0 });

  evil.attack = HONEST;
  expect((await download) ?? (await downloadText(receiver, link))).toBe("for Ben's eyes");
  for (const person of people)
    await expect.poll(async () => (await person.stats()).links, LATER).toBe(people.length - 1);
}

party(
  "a server that swaps, adds, replays, redirects or strips gets no frame accepted: six attacks",
  async ({ partyOf }) => {
    party.setTimeout(240_000);
    const attacks: Record<string, Attack> = {
      "swaps fingerprints": bySide(new ManInTheMiddle(swapFingerprint).attack, tamper),
      "swaps whole descriptions": bySide(new ManInTheMiddle(swapDescription).attack, tamper),
      "adds a second fingerprint line": bySide(new ManInTheMiddle(addFingerprint).attack, tamper),
      "strips the signature": bySide(
        stripSignature("intent", "accept"),
        stripSignature("offer", "answer", "candidates"),
      ),
    };
    await Promise.all([
      ...Object.entries(attacks).map(([name, attack]) =>
        party.step(`a server ${name}`, async () => expectNothingPasses(await partyOf(2), attack)),
      ),
      party.step("a server redirects to another peer", async () => {
        const three = await partyOf(3);
        await expectNothingPasses(
          three,
          redirect(() => three.evil.members),
        );
      }),
      party.step("a server replays an old offer", async () => {
        const two = await partyOf(2);
        const replay = new Replay();
        two.evil.attack = replay.record;
        await Promise.all(two.people.map((person) => person.visit()));
        for (const person of two.people) await expect.poll(async () => (await person.stats()).links, LATER).toBe(1);
        two.evil.attack = replay.attack;
        await expectNothingPasses(two, replay.attack);
      }),
    ]);
  },
);

party(
  "it is the signatures that stop the man in the middle: pages that believe every one are read",
  async ({ partyOf }) => {
    const gullible = await partyOf(2, () => {
      SubtleCrypto.prototype.verify = async () => true;
    });
    const man = new ManInTheMiddle((sdp) => sdp);
    gullible.evil.attack = man.attack;
    await Promise.all(gullible.people.map((person) => person.visit()));
    for (const person of gullible.people) await expect.poll(async () => (await person.stats()).links, LATER).toBe(1);
    expect(man.read.join()).toContain("a=fingerprint:");
  },
);
