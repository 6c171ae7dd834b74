import { describe, expect, test } from "vitest";
import type { Harness } from "./harness.ts";

/** What a person sees of the network. */
export function describeNetwork(open: Harness["open"]): void {
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
}
