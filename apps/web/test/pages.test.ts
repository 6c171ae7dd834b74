import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Harness, startHarness } from "./harness.ts";

let harness: Harness;
let page: Page | undefined;

beforeAll(async () => {
  harness = await startHarness();
}, 120_000);

afterEach(async () => {
  await page?.close();
  expect(harness.complaints()).toEqual([]);
});

afterAll(() => harness?.close());

async function open(...args: Parameters<Harness["open"]>): Promise<Page> {
  page = await harness.open(...args);
  return page;
}

const WIDE = { colorScheme: "light", viewport: { width: 1280, height: 800 } } as const;
const PHONE = {
  colorScheme: "dark",
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
} as const;

/** The pages that differ most; `npm run test:full` looks at every state. */
const PAGES = [
  ["empty", "/", WIDE],
  ["list", "/", PHONE],
  ["own", "/share/m1", PHONE],
  ["downloading", "/share/r1", WIDE],
  ["complete", "/share/r1", PHONE],
  ["network", "/network", WIDE],
] as const;
const MORE_PAGES = [
  ["needs-files", "/share/m1", WIDE],
  ["idle", "/share/r1", PHONE],
  ["open-password", "/s/x.y", WIDE],
  ["network-large", "/network", PHONE],
  ["list", "/", WIDE],
  ["preparing", "/share/m1", WIDE],
  ["own", "/share/m1", WIDE],
  ["complete", "/share/r1", WIDE],
  ["elsewhere", "/share/r1", WIDE],
  ["failed", "/share/r1", PHONE],
  ["waiting", "/share/r1", PHONE],
  ["open-cut", "/s/x.y", PHONE],
  ["empty", "/network", PHONE],
  ["network-large", "/network", WIDE],
] as const;
const FULL = process.env.STARLING_FULL === "1";

/** Without axe's own second page, which only frames of other origins need and which takes half of its time. */
function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
}

/** What a finger would miss: buttons whose place that answers is less than 44 px high or wide (WCAG 2.5.5). */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const small = (element: Element) => {
      const box = element.getBoundingClientRect();
      const around = getComputedStyle(element, "::after");
      const [width, height] =
        around.content === "none"
          ? [box.width, box.height]
          : [Number.parseFloat(around.width), Number.parseFloat(around.height)];
      return box.height > 0 && Math.min(width, height) < 43.5;
    };
    const targets = document.querySelectorAll(".button, .brand, .folder-button, .folder-check, .file-row, .copy-id");
    return [...targets].filter(small).map((element) => `${element.className} ${element.textContent}`);
  });
}

describe.each([...PAGES, ...(FULL ? MORE_PAGES : [])])("%s at %s", (scenario, route, options) => {
  const { width } = options.viewport;
  test(`${width} px wide: no axe violation, no sideways scroll`, { timeout: 30_000 }, async () => {
    const shown = await open(scenario, route, options);
    await shown.locator("h1").waitFor();
    const { violations } = await axe(shown).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    if (options === PHONE) expect(await smallTargets(shown)).toEqual([]);
  });
});

test("a part of the page that cannot be loaded is said in a sentence", { timeout: 30_000 }, async () => {
  const shown = await open("empty", "/");
  const other = await shown.context().newPage();
  await other.route(/page-[^/]*\.js$/, (route) => route.abort());
  await other.goto(shown.url());
  await other.getByText("A part of this page could not be loaded.").waitFor({ timeout: 10_000 });
  await other.close();
});

describe("sharing", { timeout: 30_000 }, () => {
  test("chosen files become a share with its link, and the address names the share", async () => {
    const shown = await open("empty", "/");
    await shown
      .getByLabel("Choose files")
      .setInputFiles([{ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("A") }]);
    const box = shown.getByRole("textbox", { name: "Share link" });
    await box.waitFor();
    expect(await box.inputValue()).toContain("/#/s/");
    expect(new URL(shown.url()).hash).toBe("#/share/s0");
    await shown.getByRole("button", { name: "Copy link", exact: true }).waitFor();
    await shown.getByRole("region", { name: "Peers" }).waitFor();
  });

  test("where a dialogue gives handles it opens, and nothing chosen is no failure", async () => {
    const shown = await open("empty", "/");
    await shown.evaluate(() => {
      const handle = { kind: "file", name: "picked.txt", getFile: async () => new File(["x"], "picked.txt") };
      let asked = 0;
      window.showOpenFilePicker = async () => {
        if (asked++ === 0) throw new DOMException("closed", "AbortError");
        return [handle as FileSystemFileHandle];
      };
    });
    await shown.getByText("Choose files").click();
    await shown.getByText("Choose files").click();
    await shown.getByRole("heading", { name: "picked.txt" }).waitFor();
  });

  test("where that dialogue is refused the plain one opens", async () => {
    const shown = await open("empty", "/");
    await shown.evaluate(() => {
      window.showOpenFilePicker = () => Promise.reject(new DOMException("in a frame", "SecurityError"));
    });
    const [chooser] = await Promise.all([shown.waitForEvent("filechooser"), shown.getByText("Choose files").click()]);
    await chooser.setFiles([{ name: "plain.txt", mimeType: "text/plain", buffer: Buffer.from("A") }]);
    await shown.getByRole("heading", { name: "plain.txt" }).waitFor();
  });

  test("files dropped anywhere are shared", async () => {
    const shown = await open("empty", "/");
    await shown.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["hello"], "dropped.txt"));
      document.querySelector("footer")?.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
    });
    await shown.getByRole("heading", { name: "dropped.txt" }).waitFor();
  });

  test("a pasted link is opened and its secret leaves the address", async () => {
    const shown = await open("empty", "/");
    await shown.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "look: https://starling.example/#/s/abc.def");
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    });
    await shown.getByRole("button", { name: "Download", exact: true }).waitFor();
    expect(shown.url()).not.toContain("abc");
  });

  test("the QR code opens by keyboard, closes by Escape and gives the focus back", async () => {
    const shown = await open("own", "/share/m1");
    const button = shown.getByRole("button", { name: "QR code" });
    await button.focus();
    await shown.keyboard.press("Enter");
    await shown.getByRole("img", { name: "QR code of the link" }).waitFor();
    await shown.keyboard.press("Escape");
    await shown.getByRole("dialog").waitFor({ state: "detached" });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test.each([
    ["the list of shares", "/", "For all shares"],
    ["a share's page", "/share/m1", "For this share alone"],
  ])("speed limits are set from %s, and nonsense is told", async (_, route, note) => {
    const shown = await open("own", route);
    await shown.getByRole("button", { name: "Speed limits" }).click();
    const dialog = shown.getByRole("dialog", { name: "Speed limits" });
    await dialog.getByText(note).waitFor();
    const sending = dialog.getByRole("textbox", { name: "Sending, kB per second" });
    await sending.fill("fast");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Enter a number above 0, or nothing.").waitFor();
    const { violations } = await axe(shown).include("[role=dialog]").analyze();
    expect(violations).toEqual([]);
    await sending.fill("250,5");
    await shown.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await shown.getByRole("button", { name: "Speed limited" }).click();
    expect(await sending.inputValue()).toBe("250.5");
  });

  test("removing one's own share goes home at once", async () => {
    const shown = await open("own", "/share/m1");
    await shown.getByRole("button", { name: "Remove" }).click();
    await shown.getByLabel("Choose files").waitFor();
  });
});

describe("receiving", { timeout: 30_000 }, () => {
  test("two of three files are chosen, fetched and saved", async () => {
    const shown = await open("live-few", "/share/r1");
    await shown.getByRole("checkbox", { name: "data.csv" }).uncheck();
    await shown.getByRole("button", { name: "Download", exact: true }).click();
    await shown.getByText("Complete").waitFor();
    expect(await shown.getByRole("status").count()).toBe(1);
    expect(await shown.getByRole("progressbar", { name: "Download progress" }).getAttribute("aria-valuenow")).toBe(
      "100",
    );
    const one = shown.waitForEvent("download");
    await shown.getByRole("button", { name: "Save notes.md" }).click();
    expect((await one).suggestedFilename()).toBe("notes.md");
    const zip = shown.waitForEvent("download");
    await shown.getByRole("button", { name: "Save all as ZIP" }).click();
    expect((await zip).suggestedFilename()).toBe("Thesis.zip");
    expect(await shown.getByRole("button", { name: "Save data.csv" }).count()).toBe(0);
  });

  test("a picture that cannot be shown says so, passes axe, and closes by Escape to its button", async () => {
    const shown = await open("downloading", "/share/r1", PHONE);
    const view = shown.getByRole("button", { name: "View IMG_0002.jpg" });
    await view.press("Enter");
    const dialog = shown.getByRole("dialog", { name: "IMG_0002.jpg" });
    await dialog.getByRole("alert").getByText("This browser cannot show this picture").waitFor();
    const { violations } = await axe(shown).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.viewport.width);
    await shown.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await view.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await shown.getByRole("button", { name: /(Play|View) .*(pdf|txt|csv)/ }).count()).toBe(0);
  });

  test("Pause becomes Resume and keeps the focus", async () => {
    const shown = await open("downloading", "/share/r1");
    await shown.getByRole("button", { name: "Pause" }).press("Enter");
    const resume = shown.getByRole("button", { name: "Resume" });
    await resume.waitFor();
    expect(await resume.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test("a press on Resume does not pause a share that resumes under the finger", async () => {
    const shown = await open("paused", "/share/r1");
    await shown.getByRole("button", { name: "Resume" }).hover();
    await shown.mouse.down();
    await shown.evaluate(() => window.starling?.shares()[0]?.resume());
    const pause = shown.getByRole("button", { name: "Pause" });
    await pause.waitFor();
    await shown.mouse.up();
    await shown.waitForTimeout(100);
    expect(await pause.isVisible()).toBe(true);
    await pause.click();
    await shown.getByRole("button", { name: "Resume" }).waitFor();
  });

  test("removing the only copy is asked about first", async () => {
    const shown = await open("complete-one", "/share/r1");
    await shown.getByRole("button", { name: "Remove" }).click();
    await shown.getByRole("alertdialog").getByRole("button", { name: "Delete from this browser" }).click();
    await shown.getByLabel("Choose files").waitFor();
  });

  test("a wrong password is said beside the field, the right one opens", async () => {
    const shown = await open("open-password", "/s/x.y");
    await shown.getByLabel("Password").fill("no");
    await shown.getByRole("button", { name: "Open" }).click();
    await shown.getByText("That password does not open this share.").waitFor();
    await shown.getByLabel("Password").fill("starling");
    await shown.keyboard.press("Enter");
    await shown.getByRole("button", { name: "Download", exact: true }).waitFor();
  });

  test("five thousand files are listed to the last, and chosen, with few rows in the document", async () => {
    const shown = await open("many", "/share/r1");
    const list = shown.getByRole("list", { name: "Files" });
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await shown.getByRole("checkbox", { name: "file 4999.txt", exact: true }).uncheck();
    await shown.getByText("4,999 files").waitFor();
    expect(await list.getByRole("listitem").count()).toBeLessThan(100);
    await shown.getByRole("button", { name: "Select none" }).click();
    await shown.getByText("0 files, 0 B").waitFor();
  });

  test("lists name each button after its share", async () => {
    const shown = await open("list", "/");
    await shown.getByRole("button", { name: "Pause Thesis" }).click();
    await shown.getByRole("button", { name: "Resume Thesis" }).waitFor();
  });
});

describe("the network", { timeout: 30_000 }, () => {
  test("is one press away from any page, and tells every link in a table", async () => {
    const shown = await open("network-small", "/");
    await shown.getByRole("navigation").getByRole("link", { name: "Network" }).click();
    const links = shown.getByRole("table", { name: /^Links/ });
    await links.waitFor();
    expect(await links.getByRole("columnheader").allTextContents()).toContain("Round trip");
    expect(await links.getByRole("rowheader").count()).toBe(4);
    await shown.getByRole("contentinfo").getByRole("link", { name: "Network" }).waitFor();
  });

  test("a look-up is drawn while it runs and told when it is over", async () => {
    const shown = await open("network", "/network");
    await shown.getByRole("button", { name: "Look up" }).click();
    await shown.getByText(/so far/).waitFor();
    await shown.locator(".arc").first().waitFor({ state: "attached" });
    await shown.getByText(/Nearest to the key/).waitFor();
    const asked = shown.getByRole("table", { name: /^Tabs asked/ });
    await asked.getByRole("cell", { name: "None seen" }).waitFor();
    expect(await shown.locator(".arc-answered").count()).toBe(6);
    expect(await asked.getByRole("rowheader").count()).toBe(7);
  });

  test("an id is copied whole", async () => {
    const shown = await open("network-small", "/network", { permissions: ["clipboard-read", "clipboard-write"] });
    await shown.getByRole("button", { name: "Copy id ababab" }).click();
    await shown.getByRole("button", { name: "Copied id ababab" }).waitFor();
    expect(await shown.evaluate(() => navigator.clipboard.readText())).toBe("ab".repeat(32));
  });

  test("a tab that is alone says so, and has nothing to look up", async () => {
    const shown = await open("empty", "/network");
    await shown.getByText("No other browser is linked yet.", { exact: false }).waitFor();
    expect(await shown.getByRole("button", { name: "Look up" }).isDisabled()).toBe(true);
  });
});
