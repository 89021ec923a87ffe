import AxeBuilder from "@axe-core/playwright";

import { expect, test } from "../support/test.ts";

test("the first page shows itself", async ({ page }) => {
  const response = await page.goto("/");
  expect(response?.status()).toBe(200);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});
