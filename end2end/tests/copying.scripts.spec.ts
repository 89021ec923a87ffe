// Copy buttons.
import { expect, test } from "../support/drill.ts";
import { change, ENABLE, expectOutcome, openInstance, signIn } from "../support/steps.ts";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("a button copies the text beside it, and says so", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  await openInstance(page, "orders-cache-dev");
  await page.getByRole("button", { name: "Read again" }).click();
  const address = "r-bp1ordersdev0001.redis.rds.aliyuncs.com:6379";
  for (const text of ["r-bp1ordersdev0001", address]) {
    const button = page.getByRole("button", { name: `Copy: ${text}`, exact: true }).first();
    await button.click();
    await expect(button).toHaveAttribute("data-done", "");
    await expect(page.getByRole("status").filter({ hasText: "Copied" })).toHaveCount(1);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
  }

  await change(page, "orders-cache-dev", ENABLE);
  await expectOutcome(page, true, "Verified");
  await page.getByText("aliyun-cli").click();
  const snippet = page.getByRole("button", { name: "Copy: aliyun-cli" });
  await snippet.click();
  await expect(snippet).toHaveAttribute("data-done", "");
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toContain("--InstanceId r-bp1ordersdev0001");
  expect(command).toContain("--VpcAuthMode Close");
});
