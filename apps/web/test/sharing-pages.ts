import { describe, expect, test } from "vitest";
import type { Harness } from "./harness.ts";
import { axe } from "./page-checks.ts";

/** What a person does who shares. */
export function describeSharing(open: Harness["open"]): void {
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
}
