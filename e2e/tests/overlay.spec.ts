import { type Crowd, type CrowdOptions, expect, FULL, test } from "../fixtures.ts";
import { areLinked, downloadText, get, haveJoined, providers, put, shareText, strangersAmong } from "../overlay.ts";
import type { Person } from "../person.ts";
import type { ServerProcess } from "../server.ts";

const SIZE = 10;
/** Links that a tab of ten has before anything is asked of it. */
const SOME_LINKS = 4;
/** Downloads and readers of each record; at full size everybody. */
const DOWNLOADS = FULL ? SIZE : 3;
const READERS = FULL ? SIZE : 3;
const PATIENT = { timeout: 40_000 };

const WAYS: readonly { readonly coming: string; readonly how: CrowdOptions }[] = [
  { coming: "opened at once", how: { together: true } },
  ...(FULL
    ? [
        { coming: "all of them hidden", how: { hidden: true, together: true } },
        { coming: "opened one after another", how: {} },
      ]
    : []),
];

for (const { coming, how } of WAYS) {
  test(`ten tabs, ${coming}, find shares and records by key alone, outlive the server and three of their own, and take a newcomer in once it is back`, async ({
    crowd,
    server,
  }) => {
    test.setTimeout(FULL ? 400_000 : 180_000);
    const people = await test.step("ten tabs join", () => joined(crowd, SIZE, how, SOME_LINKS));
    await test.step("they find one another's shares", () => findShares(people));
    const records = await test.step("they store a record each", () => storeRecords(people));
    await test.step("they read one another's records", () => readRecords(people, records));

    const strangers = await test.step("the server dies while two tabs were never connected to each other", () =>
      meetStrangers(people, crowd, how, server));
    await test.step("the two connect and transfer a file", () => transfer(...strangers));
    const left = await test.step("three of the ten close at once", () => closeThree(people));
    await test.step("every record stays readable", () => readRecords(left, records));

    await test.step("the server comes back", () => server.start());
    await test.step("a new tab joins the same overlay", () => takeIn(crowd, how, left, records));
  });
}

async function joined(crowd: Crowd, count: number, how: CrowdOptions, links: number): Promise<Person[]> {
  const comers = await crowd(count, how);
  await haveJoined(comers, links);
  return comers;
}

async function findShares(people: readonly Person[]): Promise<void> {
  const shares = await Promise.all(people.map((person) => shareText(person, `the text of ${person.name}`)));
  const ids = await Promise.all(people.map(async (person) => (await person.stats()).nodeId));
  await Promise.all(
    people.map(async (seeker) => {
      for (const [index, { root }] of shares.entries())
        if (people[index] !== seeker) await expect.poll(() => providers(seeker, root), PATIENT).toContain(ids[index]);
    }),
  );
  await Promise.all(
    people.slice(0, DOWNLOADS).map(async (seeker, index) => {
      const from = (index + SIZE / 2) % SIZE;
      expect(await downloadText(seeker, shares[from]?.link ?? "")).toBe(`the text of ${people[from]?.name}`);
    }),
  );
}

/** Returns the records' names; what stands there is `by` and the name. */
async function storeRecords(people: readonly Person[]): Promise<string[]> {
  const names = people.map(({ name }) => `record of ${name}`);
  await Promise.all(people.map((person, index) => put(person, names[index] ?? "", textOf(names[index] ?? ""))));
  return names;
}

/** Each record is read by some that did not store it. */
async function readRecords(people: readonly Person[], names: readonly string[]): Promise<void> {
  await Promise.all(
    names.flatMap((name, index) =>
      Array.from({ length: READERS }, async (_, turn) => {
        const reader = people[(index + turn + 1) % people.length];
        if (reader) await expect.poll(() => get(reader, name), PATIENT).toEqual([textOf(name)]);
      }),
    ),
  );
}

function textOf(record: string): string {
  return `what stands in the ${record}`;
}

/** Should the newcomers have met everybody already, the next two come: a larger crowd is not linked throughout. */
async function meetStrangers(
  people: readonly Person[],
  crowd: Crowd,
  how: CrowdOptions,
  server: ServerProcess,
): Promise<readonly [Person, Person]> {
  const everybody = [...people];
  for (let attempt = 0; attempt < 3; attempt++) {
    const newcomers = await joined(crowd, 2, how, 1);
    await server.kill();
    everybody.push(...newcomers);
    const strangers = await strangersAmong(newcomers, everybody);
    if (strangers) return strangers;
    await server.start();
  }
  throw new Error("all newcomers had met everybody at once");
}

async function transfer(sharer: Person, receiver: Person): Promise<void> {
  const text = "carried without a server\n".repeat(20_000);
  const { link, root } = await shareText(sharer, text);
  const { nodeId } = await sharer.stats();
  await expect.poll(() => providers(receiver, root), PATIENT).toContain(nodeId);
  expect(await downloadText(receiver, link)).toBe(text);
  expect(await areLinked(receiver, sharer)).toBe(true);
  for (const person of [sharer, receiver]) expect((await person.stats()).signaling).toBe("closed");
}

/** A tab that is closed, a browser profile that is closed, and a tab that crashes. Returns those left. */
async function closeThree(people: readonly Person[]): Promise<Person[]> {
  const [closed, quit, crashed, ...left] = people;
  await Promise.all([closed?.page.close(), quit?.context.close(), crashed?.crash()]);
  return left;
}

async function takeIn(
  crowd: Crowd,
  how: CrowdOptions,
  old: readonly Person[],
  records: readonly string[],
): Promise<void> {
  const [newcomer] = await joined(crowd, 1, how, 1);
  const [reader] = old;
  if (!newcomer || !reader) throw new Error("nobody is there");
  await put(newcomer, "news", "somebody is new here");
  await expect.poll(() => get(reader, "news"), PATIENT).toEqual(["somebody is new here"]);
  await readRecords([newcomer], records.slice(0, 1));
}
