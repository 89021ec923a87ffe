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
    return (await axe.run(document, { resultTypes: ["violations"] })).violations;
  });
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} at ${target}: ${help}`));
  expect(found, page.url()).toEqual([]);
}
