// Accessibility by axe-core. It is a script itself, so specs that use it end in `.scripts.spec.ts`.
//
// Not by @axe-core/playwright: that opens a second page for each look at one, which takes five times as long. What it
// would do more, looking into frames, our security policy leaves nothing to do for.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { Page } from "@playwright/test";

import { expect } from "./test.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Axe {
  run(on: Document, how: object): Promise<{ violations: { id: string; help: string; nodes: { target: unknown }[] }[] }>;
}

/** No violation of any rule; the message has rule, element and what to do. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = window as never as { axe: Axe };
    const how = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
    const { violations } = await axe.run(document, how);
    // axe takes what scrolls under a foot that stays in sight for something beside it. Such a button is measured itself.
    const isLarge = (target: unknown) => {
      const element = document.querySelector(String(target));
      const { width = 0, height = 0 } = element?.closest(".dialog .review-foot") ? element.getBoundingClientRect() : {};
      return width >= 24 && height >= 24;
    };
    const stands = (id: string, target: unknown) => id !== "target-size" || !isLarge(target);
    return violations.map((one) => ({ ...one, nodes: one.nodes.filter(({ target }) => stands(one.id, target)) }));
  });
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} at ${target}: ${help}`));
  expect(found, page.url()).toEqual([]);
}
