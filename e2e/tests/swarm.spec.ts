import { expect, FULL, MB, test } from "../fixtures.ts";
import { sha256File } from "../person.ts";

test("three people download from one sharer and from each other, and all have the same bytes", async ({
  person,
  shareOf,
}) => {
  const size = (FULL ? 100 : 24) * MB;
  const { sharer, file, link } = await shareOf(size);
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

test("a second receiver completes from the first after the sharer has left", async ({ person, shareOf }) => {
  const { sharer, file, link } = await shareOf(10 * MB);
  const first = await person("Ben");
  await first.download(link);
  await sharer.page.close();

  const second = await person("Cem");
  await second.download(link);
  await second.savesTheSame(file);
});

test("a transfer completes although the server is killed in its middle", async ({ server, transferOf }) => {
  const { receiver, file } = await transferOf((FULL ? 60 : 30) * MB);
  await receiver.reaches(0.1);
  await server.kill();
  expect((await receiver.share()).state).toBe("downloading");
  await receiver.complete();
  await receiver.savesTheSame(file);
  expect((await receiver.stats()).signaling).toBe("closed");
});
