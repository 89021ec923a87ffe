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
  }).toPass({ timeout: 80_000 });
}

/** The page says this in the end: by itself with scripts, at a reload without. */
async function expectBatch(page: Page, scripts: boolean, state: string): Promise<string> {
  const status = page.getByRole("main").getByRole("status");
  await expect(async () => {
    if (!scripts) await page.reload();
    expect(await status.textContent()).toContain(state);
  }).toPass({ timeout: 80_000 });
  return (await status.textContent()) ?? "";
}

test("two hundred at once, ten in a hundred refused, tried again and put back", async ({ page, portal, cloud, scripts }) => {
  test.setTimeout(240_000);
  await signIn(page, portal, "olga");
  await allRead(page);
  const drafted = Number(/on (\d+) instances/.exec(await page.getByRole("heading", { level: 1 }).innerText())?.[1]);
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
  await page.getByLabel("Reason").fill("migration, OPS-12");
  await page.getByLabel(/to confirm/).fill(String(drafted));
  await page.getByRole("button", { name: `${ENABLE} on ${drafted} instances` }).click();
  expect(await expectBatch(page, scripts, "Paused")).toContain("More failed than you allowed.");
  if (scripts) await expectAccessible(page);
  const path = new URL(page.url()).pathname;
  // Whatever fails: on until the end.
  for (;;) {
    await page.getByRole("button", { name: "Go on" }).click();
    const status = page.getByRole("main").getByRole("status");
    await expect(async () => {
      if (!scripts) await page.reload();
      expect(await status.textContent()).toMatch(/Paused|Over/);
    }).toPass({ timeout: 80_000 });
    if ((await status.textContent())?.includes("Over")) break;
  }
  const over = await expectBatch(page, scripts, "Over");
  expect(over).toContain(`${drafted - refused.length} of ${drafted} verified`);
  expect(over).toContain(`${refused.length} failed`);
  const file = await page.request.get(`${path}/export.csv`);
  const lines = (await file.text()).split("\r\n");
  expect(lines.filter((line) => line.includes(",failed,Forbidden.RAM"))).toHaveLength(refused.length);

  await Promise.all(faults.map((fault) => cloud.removeFault(fault)));
  await page.getByRole("button", { name: "Try the failed ones again" }).click();
  await page.waitForURL((url) => url.pathname !== path);
  await page.getByLabel(/to confirm/).fill(String(refused.length));
  await page.getByLabel("Reason").fill("once more");
  await page.getByRole("button", { name: `${ENABLE} on ${refused.length} instances` }).click();
  await expectBatch(page, scripts, `${refused.length} of ${refused.length} verified`);

  await page.goto(path);
  await page.getByRole("button", { name: "Put back what was done" }).click();
  await page.waitForURL((url) => url.pathname !== path);
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  await page.getByLabel("Reason").fill("back");
  await page.getByLabel("At once").selectOption("50");
  await page.getByRole("button", { name: `${DISABLE} on ${drafted - refused.length} instances` }).click();
  await expectBatch(page, scripts, `${drafted - refused.length} of ${drafted - refused.length} verified`);
});
