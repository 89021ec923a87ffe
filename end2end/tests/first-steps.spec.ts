// Before there is anything to see: three steps, each ticked by what was read.
import { expect, test as withCloud } from "../support/drill.ts";
import { startServed } from "../support/portal.ts";
import { expect as see, test } from "../support/test.ts";
import { signIn } from "../support/steps.ts";

test("without accounts the pages say what to write, what to grant, and what comes then", async ({ page }) => {
  const portal = await startServed({ accounts: [], timingScale: "0.01", people: { olga: "operator" }, settings: {} });
  try {
    await signIn(page, portal, "olga");
    for (const path of ["/instances", "/overview", "/accounts"]) {
      await page.goto(`${portal.url}${path}`);
      const steps = page.getByRole("region", { name: "First steps" });
      await see(steps.getByRole("listitem")).toHaveCount(3);
      await see(steps).toContainText("[[accounts]]");
      await see(steps).toContainText("kvstore:ModifyInstanceVpcAuthMode");
      await see(steps).toContainText("latchkey doctor");
      await see(steps.getByRole("heading", { name: "Add a cloud account now" })).toBeVisible();
    }
  } finally {
    await portal.stop();
  }
});

withCloud.describe(() => {
  withCloud.use({ drill: { wrongSecret: "not-the-secret-of-this-account" } });

  withCloud("an account whose key is refused says so, and what to do", async ({ page, portal }) => {
    await signIn(page, portal, "olga");
    await expect(async () => {
      await page.goto("/instances");
      const steps = page.getByRole("region", { name: "First steps" });
      await expect(steps).toContainText("One account is configured.", { timeout: 250 });
      await expect(steps).toContainText("needs a look", { timeout: 250 });
      await expect(steps.getByRole("link", { name: "See every account and region" })).toBeVisible({ timeout: 250 });
    }).toPass({ timeout: 30_000 });
  });
});

withCloud("once something was read, nobody is led any more", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  await expect(async () => {
    await page.goto("/instances");
    await expect(page.getByRole("link", { name: "orders-cache-dev", exact: true })).toBeVisible({ timeout: 250 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByRole("region", { name: "First steps" })).toHaveCount(0);
});
