// The guided look around the sandbox: ticked by what was really done, and put away by whoever wants.
import type { Page } from "@playwright/test";

import { type Portal, startSandbox } from "../support/portal.ts";
import { confirm, DISABLE, ENABLE, expectOutcome, openInstance, openReview, signIn } from "../support/steps.ts";
import { test as base, expect } from "../support/test.ts";

/** A sandbox of its own: nobody did anything in it. */
const test = base.extend<{ portal: Portal }>({
  portal: async ({}, use) => {
    const portal = await startSandbox();
    await use(portal);
    await portal.stop();
  },
  baseURL: async ({ portal }, use) => use(portal.url),
});

const TASKS = ["Find an exposed instance", "Open a door for two hours", "See it close", "Approve as another person", "Find it in the audit"];

test("five tasks lead through the sandbox, and each is ticked when it was done", async ({ page, portal, scripts }) => {
  await signIn(page, portal, "lin.wei");
  await expect(tour(page).getByRole("listitem")).toHaveCount(5);
  expect(await ticked(page)).toEqual([]);

  // Looking at what shutting one would do.
  await openInstance(page, "inventory-cache");
  const review = await openReview(page, DISABLE);
  await expect(review).toBeVisible();
  await page.goto(`${portal.url}/instances`);
  expect(await ticked(page)).toEqual([TASKS[0]]);

  await openInstance(page, "orders-cache-dev");
  await confirm(await openReview(page, ENABLE), ENABLE);
  await expectOutcome(page, scripts, "Verified");
  await openInstance(page, "orders-cache-dev");
  await confirm(await openReview(page, DISABLE), DISABLE);
  await expectOutcome(page, scripts, "Verified");
  await page.goto(`${portal.url}/instances`);
  expect(await ticked(page)).toEqual(TASKS.slice(0, 3));

  const exported = await page.request.get(`${portal.url}/audit/export.csv`);
  expect(exported.status()).toBe(200);
  await page.goto(`${portal.url}/instances`);
  expect(await ticked(page)).toEqual([...TASKS.slice(0, 3), TASKS[4]]);

  // Put away, and taken out again.
  await tour(page).getByRole("button", { name: "Hide" }).click();
  await expect(tour(page)).toHaveCount(0);
  await page.goto(`${portal.url}/overview`);
  await page.getByRole("button", { name: "Look around" }).click();
  await page.goto(`${portal.url}/instances`);
  await expect(tour(page)).toBeVisible();
});

const tour = (page: Page) => page.getByRole("region", { name: "A look around the sandbox" });

async function ticked(page: Page): Promise<string[]> {
  return tour(page).locator("li[data-done] a").allTextContents();
}
