// More rows are ticked than an address holds.
import { expect, sharedTest as test } from "../support/drill.ts";
import { names, PAGE } from "../support/list.ts";
import { awake } from "../support/live.ts";
import { signIn } from "../support/steps.ts";

test.use({ share: "selection-limit", sharedDrill: { simulator: ["--accounts", "1", "--instances", "300"] } });

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  await expect(async () => {
    await page.goto("/instances");
    await expect(page.getByText("300 in 1 account, 6 regions")).toBeVisible({ timeout: 250 });
  }).toPass();
});

test("no more rows are ticked than an address holds", async ({ page }) => {
  const bar = page.getByRole("form", { name: "selected" });
  // The last of these pages comes after 200.
  const last = (Math.floor(200 / PAGE) + 2) * PAGE;
  for (let count = PAGE; count <= last; count += PAGE) {
    await awake(page);
    await page.locator("#rows input[type=checkbox]").evaluateAll((boxes) => boxes.forEach((box) => (box as HTMLInputElement).click()));
    await expect(bar.getByRole("status")).toHaveText(`${Math.min(count, 200)} selected`);
    if (count < last) await page.getByRole("link", { name: "Next page" }).click();
    if (count < last) await expect(page.getByRole("checkbox", { name: /^Select / }).first()).not.toBeChecked();
  }
  await expect(page.locator("#rows input[type=checkbox]:checked")).toHaveCount(0);
  await expect(bar).toContainText("No more than 200: a filter takes any number.");
  await bar.getByRole("button", { name: "Show only these" }).click();
  await expect(page.locator("#matches")).toHaveText("200 match");
  expect(await names(page)).toHaveLength(PAGE);
});
