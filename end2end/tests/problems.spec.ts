// Where no page could be made: designed all the same, in the reader's language, with a next step.
import { expect, test } from "../support/sandbox.ts";

test("an address that leads nowhere says so, and where to go", async ({ page, complaints }) => {
  const answer = await page.goto("/api/ui/nothing");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such thing");
  await expect(page.getByRole("link", { name: "To the instances" })).toBeVisible();
  const number = await page.locator("code").textContent();
  expect(answer?.headers()["x-request-id"]).toBe(number);
  // With the portal's own style sheet.
  expect(await page.locator("main").evaluate((main) => getComputedStyle(main).display)).toBe("grid");
  complaints.splice(0);
});

test.describe(() => {
  test.use({ locale: "zh-CN" });

  test("in Chinese for whoever reads that", async ({ page, complaints }) => {
    await page.goto("/api/ui/nothing");
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("内容不存在");
    complaints.splice(0);
  });
});
