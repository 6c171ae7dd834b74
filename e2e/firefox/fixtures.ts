import { join } from "node:path";
import { test as base, expect } from "../fixtures.ts";
import { Firefox } from "./firefox.ts";
import { Visitor } from "./visitor.ts";

interface VisitorOptions {
  /** At a private window. */
  readonly isPrivate?: boolean;
}

interface Fixtures {
  /** Somebody at a Firefox of their own, on the landing page. */
  visitor: (name: string, options?: VisitorOptions) => Promise<Visitor>;
}

/** `test` with people at Firefox beside those at Chromium. Fails when any page throws or breaks the content security policy. */
export const test = base.extend<Fixtures>({
  visitor: async ({ folder, server }, use) => {
    const visitors: Visitor[] = [];
    await use(async (name, { isPrivate = false } = {}) => {
      const preferences = { "browser.privatebrowsing.autostart": isPrivate };
      const visitor = new Visitor(name, new Firefox(join(folder, name), preferences));
      visitors.push(visitor);
      await visitor.visit(server.url);
      return visitor;
    });
    for (const { firefox } of visitors) await firefox.kill();
    expect(visitors.flatMap(({ troubles }) => troubles)).toEqual([]);
  },
});

export { expect };
