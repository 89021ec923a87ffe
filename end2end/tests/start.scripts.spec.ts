// The first page for everybody: axe-core with our scripts, and with none of them.
import { expectAccessible, withoutOurScripts } from "../support/axe.ts";
import { expect, test } from "../support/test.ts";

test("the first page is accessible", async ({ page }) => {
  await page.goto("/");
  await expect(page.locator("leptos-island[data-awake]")).not.toHaveCount(0);
  await expectAccessible(page);
});

test("the first page is accessible without our scripts", async ({ page, complaints }) => {
  await withoutOurScripts(page);
  await page.goto("/");
  await expectAccessible(page);
  await expect(page.locator("leptos-island[data-awake]")).toHaveCount(0);
  // The program that nothing asks for.
  complaints.splice(0);
});
