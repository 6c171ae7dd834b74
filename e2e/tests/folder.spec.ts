import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { randomFile, textFile } from "../files.ts";
import { expect, FULL, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";
import { tree, unzipped } from "../trees.ts";

/** A folder input says nothing of empty folders, as every browser's; a drop does. */
async function dropFolder(person: Person, root: string, name: string): Promise<string> {
  const files = await tree(join(root, name));
  await person.page.evaluate(
    async ({ name, files }) => {
      const sources = Object.entries(files).map(([path, content]) => {
        if (content === null) return { path: `${name}/${path}`, folder: true as const };
        const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
        return { path: `${name}/${path}`, file: new File([bytes], path.split("/").at(-1) ?? "") };
      });
      await window.starling?.share(sources);
    },
    { name, files },
  );
  const { link } = await person.share();
  if (!link) throw new Error("no link");
  return link;
}

test("a folder with odd names, an empty file, an empty folder and equal files arrives the same in a ZIP", async ({
  person,
  folder,
}) => {
  const long = `${"n".repeat(196)}.txt`;
  await textFile(folder, "trip/plan.txt", "to the sea");
  await textFile(folder, "trip/copy of plan.txt", "to the sea");
  await textFile(folder, "trip/deep/er/and deeper/notes.txt", "a ".repeat(40_000));
  await textFile(folder, "trip/empty.txt", "");
  await textFile(folder, "trip/صور/بحر.txt", "بحر");
  await textFile(folder, "trip/照片/海.txt", "海");
  await textFile(folder, "trip/🐦/🌊.txt", "🌊");
  await textFile(folder, `trip/${long}`, "long");
  await randomFile(folder, "trip/photo.raw", 3 * MB);
  await mkdir(join(folder, "trip/later"));

  const sharer = await person("Ada");
  const link = await dropFolder(sharer, folder, "trip");
  const receiver = await person("Ben");
  await receiver.download(link);
  const archive = await receiver.save("Save all as ZIP");
  expect(await unzipped(archive, join(folder, "out"))).toEqual(
    Object.fromEntries(
      Object.entries(await tree(join(folder, "trip"))).map(([path, content]) => [`trip/${path}`, content]),
    ),
  );
});

test("a chosen folder keeps its structure", async ({ person, folder }) => {
  await textFile(folder, "book/one.txt", "1");
  await textFile(folder, "book/part/two.txt", "2");
  const sharer = await person("Ada");
  const link = await sharer.shareFolder(join(folder, "book"));
  const receiver = await person("Ben");
  await receiver.openLink(link);
  expect((await receiver.share()).files.map(({ path }) => path).sort()).toEqual(["book/one.txt", "book/part/two.txt"]);
});

test("thousands of small files arrive the same in a ZIP", async ({ person, folder }) => {
  const count = FULL ? 5000 : 2000;
  for (let i = 0; i < count; i++)
    await textFile(folder, `many/${i % 50}/file ${i}.txt`, `This is file ${i}. `.repeat(1 + (i % 20)));
  const sharer = await person("Ada");
  const link = await sharer.shareFolder(join(folder, "many"));
  const receiver = await person("Ben");
  await receiver.download(link);
  const archive = await receiver.save("Save all as ZIP");
  const out = await unzipped(archive, join(folder, "out"));
  expect(Object.keys(out)).toHaveLength(count);
  expect(out).toEqual(
    Object.fromEntries(
      Object.entries(await tree(join(folder, "many"))).map(([path, content]) => [`many/${path}`, content]),
    ),
  );
});

test("of five files only the two that were chosen are fetched", async ({ person, folder }) => {
  const sizes = [1, 2, 3, 4, 5].map((n) => n * MB);
  const files = await Promise.all(sizes.map((size, index) => randomFile(folder, `part ${index + 1}.bin`, size)));
  const sharer = await person("Ada");
  const link = await sharer.shareFiles(files);
  const receiver = await person("Ben");
  await receiver.openLink(link);
  for (const name of ["part 1.bin", "part 3.bin", "part 5.bin"])
    await receiver.page.getByRole("checkbox", { name }).uncheck({ force: true });
  await receiver.downloadButton.click();
  await receiver.complete();
  const { progress } = await receiver.share();
  expect(progress.bytesTotal).toBe(6 * MB);
  expect(progress.bytesVerified).toBe(6 * MB);
  // Catalog and the pieces' 16-byte tags come on top.
  expect(progress.bytesDownloaded).toBeLessThan(6.2 * MB);
});
