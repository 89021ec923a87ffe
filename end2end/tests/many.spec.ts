// More than a thousand instances.
import { expect, sharedTest as test } from "../support/drill.ts";
import { PAGE } from "../support/list.ts";
import { search, signIn } from "../support/steps.ts";

test.use({ share: "many", sharedDrill: { simulator: ["--accounts", "1", "--instances", "1500"] } });

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  await expect(async () => {
    await page.goto("/instances");
    await expect(page.getByText("1,500 in 1 account, 6 regions")).toBeVisible({ timeout: 250 });
  }).toPass();
});

test("a text that more than a thousand fit is not counted to the end", async ({ page, scripts }) => {
  await search(page, "r-", scripts);
  await expect(page.locator("#matches")).toHaveText("1,000+ match");
  await page.getByRole("combobox", { name: "Region" }).selectOption("cn-hangzhou");
  if (!scripts) await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.locator("#matches")).toHaveText(/^\d{3} match$/);
});

test("every page follows the one before, none twice", async ({ page }) => {
  await page.goto("/instances?environment=staging");
  const promise = Number(/\d+/.exec((await page.locator("#matches").textContent()) ?? "")?.[0]);
  expect(promise).toBeGreaterThan(100);
  const seen = new Set<string>();
  for (let at = 0; at < promise; at += PAGE) {
    const ids = await page.locator("#rows tr").evaluateAll((rows) => rows.map((row) => row.id));
    expect(ids).toHaveLength(Math.min(PAGE, promise - at));
    for (const id of ids) seen.add(id);
    if (at + PAGE < promise) await page.getByRole("link", { name: "Next page" }).click();
    if (at + PAGE < promise) await expect(page.locator(`[id="${ids[0]}"]`)).toHaveCount(0);
  }
  expect(seen.size).toBe(promise);
  await expect(page.getByRole("link", { name: "Next page" })).toHaveCount(0);
});
