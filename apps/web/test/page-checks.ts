import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright";

export const WIDE = { colorScheme: "light", viewport: { width: 1280, height: 800 } } as const;
export const PHONE = {
  colorScheme: "dark",
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
} as const;

/** Without axe's own second page, which only frames of other origins need and which takes half of its time. */
export function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
}

/** What axe finds wrong with a page: rules, and the elements that break them. */
export async function violations(page: Page): Promise<string[]> {
  const { violations } = await axe(page).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** What a finger would miss: buttons whose place that answers is less than 44 px high or wide (WCAG 2.5.5). */
export function smallTargets(page: Page): Promise<string[]> {
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
