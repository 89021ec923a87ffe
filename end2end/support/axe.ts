// Accessibility by axe-core. It is a script itself, so specs that use it end in `.scripts.spec.ts`.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { expect } from "./test.ts";

/** No violation of any rule; the message has rule, element and what to do. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} at ${target}: ${help}`));
  expect(found, page.url()).toEqual([]);
}

/** Answers every script of ours with an empty one: the page as it is without, where axe-core can still run. */
export async function withoutOurScripts(page: Page): Promise<void> {
  await page.route("**/assets/*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
}
