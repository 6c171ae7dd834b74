import { randomFile } from "../files.ts";
import { expect, FULL, MB, test } from "../fixtures.ts";
import { sha256File } from "../person.ts";

test("three people download from one sharer and from each other, and all have the same bytes", async ({
  person,
  folder,
}) => {
  const size = (FULL ? 100 : 40) * MB;
  const file = await randomFile(folder, "film.bin", size);
  const sharer = await person("Ada");
  const link = await sharer.shareFiles(file);
  const receivers = [await person("Ben"), await person("Cem"), await person("Dia")];
  for (const receiver of receivers) await receiver.openLink(link);
  await Promise.all(receivers.map((receiver) => receiver.downloadButton.click()));
  for (const receiver of receivers) await receiver.complete();

  const wanted = await sha256File(file);
  for (const receiver of receivers) expect(await sha256File(await receiver.save("Save film.bin"))).toBe(wanted);

  const { bytesUploaded } = (await sharer.share()).progress;
  const given = await Promise.all(receivers.map(async (receiver) => (await receiver.share()).progress.bytesUploaded));
  console.log(
    `the sharer sent ${(bytesUploaded / size).toFixed(2)} times the file, the receivers ${given.map((bytes) => (bytes / size).toFixed(2)).join(", ")}`,
  );
  expect(bytesUploaded).toBeLessThan(2.5 * size);
  expect(given.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(0);
});

test("a second receiver completes from the first after the sharer has left", async ({ person, folder }) => {
  const file = await randomFile(folder, "talk.bin", 10 * MB);
  const sharer = await person("Ada");
  const link = await sharer.shareFiles(file);
  const first = await person("Ben");
  await first.openLink(link);
  await first.downloadButton.click();
  await first.complete();
  await sharer.page.close();

  const second = await person("Cem");
  await second.openLink(link);
  await second.downloadButton.click();
  await second.complete();
  expect(await sha256File(await second.save("Save talk.bin"))).toBe(await sha256File(file));
});

test("a transfer completes although the server is killed in its middle", async ({ person, folder, server }) => {
  const file = await randomFile(folder, "talk.bin", 60 * MB);
  const sharer = await person("Ada");
  const link = await sharer.shareFiles(file);
  const receiver = await person("Ben");
  await receiver.openLink(link);
  await receiver.downloadButton.click();
  await receiver.reaches(0.1);
  await server.kill();
  expect((await receiver.share()).state).toBe("downloading");
  await receiver.complete();
  expect(await sha256File(await receiver.save("Save talk.bin"))).toBe(await sha256File(file));
  expect((await receiver.stats()).signaling).toBe("closed");
});
