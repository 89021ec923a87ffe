// The accounts: who calls, what answers, what may not be read.
import { expect, test } from "../support/drill.ts";
import { matching } from "../support/list.ts";
import { signIn } from "../support/steps.ts";

test.use({
  drill: {
    simulator: ["--accounts", "2", "--instances", "60"],
    prepare: async (cloud) => {
      const account = "acme-platform";
      await cloud.addFault({ account, action: "DescribeSecurityIps", fault: { kind: "deny" } });
      await cloud.addFault({ account, region: "cn-beijing", action: "DescribeInstances", fault: { kind: "deny" } });
    },
  },
});

test("each account says what it has, what answers, and which permission is missing", async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  const well = page.getByRole("region", { name: "acme-retail" });
  const troubled = page.getByRole("region", { name: "acme-platform" });
  await expect(async () => {
    await page.goto("/accounts");
    await expect(well).toContainText("6 of 6 answered", { timeout: 250 });
    await expect(troubled).toContainText("5 of 6 answered", { timeout: 250 });
    await expect(troubled).toContainText("kvstore:DescribeSecurityIps", { timeout: 250 });
  }).toPass();
  await expect(well).toContainText(/acs:ram::\d+:/);
  await expect(well).toContainText("None that was noticed.");
  await expect(troubled).toContainText("kvstore:DescribeInstances");
  await expect(troubled.getByRole("row").filter({ hasText: "cn-beijing" })).toContainText("no permission");
  // Troubles are open to see; where all is well they are a click away.
  await expect(well.getByRole("row").filter({ hasText: "cn-beijing" })).toBeHidden();
  await well.getByText("Each region").click();
  await expect(well.getByRole("row").filter({ hasText: "cn-beijing" })).toBeVisible();

  const link = troubled.getByRole("definition").getByRole("link");
  const count = Number(await link.textContent());
  expect(count).toBeGreaterThan(0);
  await link.click();
  await expect(page).toHaveURL(/\?account=acme-platform$/);
  expect(await matching(page)).toBe(count);
  await expect(page.getByRole("region", { name: "Coverage" })).toContainText("acme-platform: cn-beijing, ");
});
