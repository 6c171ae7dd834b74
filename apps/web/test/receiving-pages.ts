import { describe, expect, test } from "vitest";
import type { Harness } from "./harness.ts";
import { PHONE, violations } from "./page-checks.ts";

/** What a person does who receives. */
export function describeReceiving(open: Harness["open"]): void {
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
      expect(await violations(shown)).toEqual([]);
      expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        PHONE.viewport.width,
      );
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
}
