import { expect, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The person's computer has the wrong time, from the next page on: so many ms ahead. */
async function setClock(person: Person, ahead: number): Promise<void> {
  await person.context.addInitScript((ahead) => {
    const { now } = Date;
    Date.now = () => now() + ahead;
    window.Date = new Proxy(Date, {
      construct: (target, args) => Reflect.construct(target, args.length > 0 ? args : [target.now()]),
    });
  }, ahead);
  await person.reload();
}

test("people whose clocks are a day off, each the other way, send and receive as always, and go on after a reload", async ({
  person,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(20 * MB);
  const receiver = await person("Ben");
  await setClock(sharer, DAY_MS);
  await setClock(receiver, -DAY_MS);
  const times = await Promise.all(
    [sharer, receiver].map(({ page }) => page.evaluate(() => Date.parse(new Date().toISOString()))),
  );
  expect((times[0] ?? 0) - (times[1] ?? 0)).toBeGreaterThan(1.9 * DAY_MS);

  await receiver.startDownload(link);
  await receiver.reaches(0.2);
  await receiver.reload();
  await expect.poll(async () => (await receiver.share()).state, { timeout: 60_000 }).toBe("complete");
  await receiver.visit(link);
  await receiver.savesTheSame(file);
});
