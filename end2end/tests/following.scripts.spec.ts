// The page of a change follows by itself. Time in the page is the spec's own.
import type { Page } from "@playwright/test";

import { expect, test } from "../support/drill.ts";
import { change, ENABLE, expectOutcome, signIn } from "../support/steps.ts";

const WRITE = { action: "ModifyInstanceVpcAuthMode", fault: { kind: "delay", before_ms: 5_000 } };

/** What the page asks the portal from now on. */
function asked(page: Page): string[] {
  const urls: string[] = [];
  page.on("request", (request) => urls.push(new URL(request.url()).pathname));
  return urls;
}

test("it follows without being loaded again, and stops when it is over", async ({ page, portal, cloud }) => {
  // Without the stream of news, which would have the page looked at once more after the end: it is never answered.
  await page.route("**/events", () => undefined);
  await page.clock.install();
  await cloud.addFault({ ...WRITE, fault: { kind: "delay", before_ms: 1_500 } });
  await signIn(page, portal, "olga");
  const path = await change(page, "orders-cache-dev", ENABLE);
  await page.evaluate(() => Object.assign(window, { samePage: true }));
  const outcome = page.getByRole("main").getByRole("status");
  await expect(outcome).toContainText("This page follows by itself.");
  await expectOutcome(page, true, "Verified");
  await expect(outcome).not.toContainText("This page follows by itself.");
  expect(await page.evaluate(() => "samePage" in window)).toBe(true);

  const later = asked(page);
  await page.clock.runFor(60_000);
  expect(later).not.toContain(path);
});

test("it asks nothing while nobody looks at it", async ({ page, portal, cloud }) => {
  await page.clock.install();
  await cloud.addFault(WRITE);
  await signIn(page, portal, "olga");
  const path = await change(page, "orders-cache-dev", ENABLE);
  await expect(page.locator("main leptos-island[data-awake]")).not.toHaveCount(0);
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => Object.defineProperty(document, "hidden", { value: hidden, configurable: true }), hidden);
  await page.clock.pauseAt(Date.now() + 3_600_000);
  await hide(true);
  const meanwhile = asked(page);
  await page.clock.runFor(60_000);
  expect(meanwhile).toEqual([]);
  await hide(false);
  await page.clock.runFor(2_000);
  await expect.poll(() => meanwhile).toContain(path);
});
