// The same change for many: shown first, carried out in stages, halted by failures, tried again and put back.
import type { Page } from "@playwright/test";

import { expectAccessible } from "../support/axe.ts";
import { expect, sharedTest as test } from "../support/drill.ts";
import { DISABLE, ENABLE, signIn } from "../support/steps.ts";

const INSTANCES = 440;

test.use({
  share: "batch",
  sharedDrill: {
    timingScale: "0.002",
    simulator: ["--accounts", "1", "--instances", String(INSTANCES)],
    prepare: (cloud) => cloud.configure({ quotas: false }),
    people: { olga: "operator", vera: "viewer" },
  },
});

/** Waits until every mode and whitelist of the fleet is known. */
async function allRead(page: Page): Promise<void> {
  await expect(async () => {
    await page.goto("/batches/new?environment=development");
    await page.getByRole("button", { name: `${DISABLE}…` }).click();
    await page.waitForURL(/batches\/[0-9a-f]{32}$/);
    await expect(page.getByText("Not read yet")).toHaveCount(0, { timeout: 100 });
    await page.goto("/batches/new?access=password-required");
    await page.getByRole("button", { name: `${ENABLE}…` }).click();
    await page.waitForURL(/batches\/[0-9a-f]{32}$/);
    await expect(page.getByText("Not read yet")).toHaveCount(0, { timeout: 100 });
  }).toPass({ timeout: 150_000 });
}

/** The page says this in the end: by itself with scripts, at a reload without. */
async function expectBatch(page: Page, scripts: boolean, state: string): Promise<string> {
  const status = page.getByRole("main").getByRole("status");
  await expect(async () => {
    if (!scripts) await page.reload();
    expect(await status.textContent()).toContain(state);
  }).toPass({ timeout: 150_000 });
  return (await status.textContent()) ?? "";
}

test("two hundred at once, ten in a hundred refused, tried again and put back", async ({ page, portal, cloud, scripts }) => {
  test.setTimeout(480_000);
  await signIn(page, portal, "olga");
  await allRead(page);
  const drafted = await drawn(page);
  expect(drafted).toBeGreaterThanOrEqual(200);
  if (scripts) await expectAccessible(page);

  // The names of some who will be refused: every tenth of what is drafted.
  const ids = await page.locator("tbody tr").filter({ hasText: "Will change" }).locator(".mono").allInnerTexts();
  const refused = ids.filter((_, index) => index % 10 === 9);
  const faults = await Promise.all(
    refused.map((instance) =>
      cloud.addFault({ action: "ModifyInstanceVpcAuthMode", instance, fault: { kind: "deny", code: "Forbidden.RAM", explicit: true } }),
    ),
  );
  await page.getByLabel("At once").selectOption("50");
  await page.getByLabel("Pause when").selectOption("20");
  await page.getByLabel("Reason").fill("migration, OPS-12");
  await page.getByLabel(/to confirm/).fill(String(drafted));
  await page.getByRole("button", { name: `${ENABLE} on ${drafted} instances` }).click();
  expect(await expectBatch(page, scripts, "Paused")).toContain("More failed than you allowed.");
  if (scripts) await expectAccessible(page);
  const path = new URL(page.url()).pathname;
  await page.getByRole("button", { name: "Go on" }).click();
  const over = await expectBatch(page, scripts, "Over");
  // Besides those, a handful whose names say that they fail.
  const [verified, failed] = [/(\d+) of \d+ verified/, /(\d+) failed/].map((number) => Number(number.exec(over)?.[1]));
  expect(verified + failed).toBe(drafted);
  expect(failed).toBeGreaterThanOrEqual(refused.length);
  expect(failed).toBeLessThan(refused.length + 10);
  const file = await page.request.get(`${path}/export.csv`);
  const lines = (await file.text()).split("\r\n");
  for (const id of refused) expect(lines.find((line) => line.includes(id))).toContain(",failed,Forbidden.RAM");

  await Promise.all(faults.map((fault) => cloud.removeFault(fault)));
  await page.getByRole("button", { name: "Try the failed ones again" }).click();
  await page.waitForURL((url) => url.pathname !== path);
  const again = await drawn(page);
  await page.getByLabel(/to confirm/).fill(String(again));
  await page.getByLabel("Reason").fill("once more");
  await page.getByLabel("Pause when").selectOption("never");
  await page.getByRole("button", { name: `${ENABLE} on ${again} instances` }).click();
  const tried = await expectBatch(page, scripts, "Over");
  expect(Number(/(\d+) of \d+ verified/.exec(tried)?.[1])).toBeGreaterThan(refused.length - 10);

  await page.goto(path);
  await page.getByRole("button", { name: "Put back what was done" }).click();
  await page.waitForURL((url) => url.pathname !== path);
  const back = await drawn(page);
  expect(back).toBeGreaterThan(verified - 10);
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await page.getByLabel("Reason").fill("back");
  await page.getByLabel("At once").selectOption("50");
  await page.getByLabel("Pause when").selectOption("never");
  await page.getByRole("button", { name: `${DISABLE} on ${back} instances` }).click();
  const undone = await expectBatch(page, scripts, "Over");
  expect(Number(/(\d+) of \d+ verified/.exec(undone)?.[1])).toBeGreaterThan(back - 10);
});

/** How many the draft on the page would change. */
async function drawn(page: Page): Promise<number> {
  return Number(/on (\d+) instances/.exec(await page.getByRole("heading", { level: 1 }).innerText())?.[1]);
}
