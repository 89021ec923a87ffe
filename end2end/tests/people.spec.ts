// People and scopes: somebody is added, given a part, sets a password by a link, and sees that part.
import { expect, test } from "../support/sandbox.ts";
import { fillSignIn, forgetSession, rowOf, signIn } from "../support/steps.ts";

test("an operator of staging only looks at the rest", async ({ page, portal }) => {
  await signIn(page, portal, "wang.fang");
  await page.goto("/instances?q=orders-cache-dev");
  const row = rowOf(page, "orders-cache-dev");
  await expect(row.getByRole("switch")).toHaveAttribute("aria-disabled", "true");
  await expect(async () => {
    await page.goto("/instances?environment=staging&access=password-required");
    const live = page.getByRole("switch").and(page.locator(":not([aria-disabled])"));
    expect(await live.count()).toBeGreaterThan(0);
  }).toPass({ timeout: 30_000 });
  await page.goto("/me");
  const acts = page.getByRole("table").first();
  await expect(acts.getByRole("row").filter({ hasText: "see instances" })).toContainText("everything");
  await expect(acts.getByRole("row").filter({ hasText: "make them" })).toContainText("staging");
  await expect(page.getByText("Admins over everything:")).toContainText("root.admin");
});

test("somebody is added, given a part, and sees that part", async ({ page, portal }) => {
  const name = `wu.lei-${Math.random().toString(36).slice(2, 8)}`;
  const password = "a new horse battery";
  await signIn(page, portal, "root.admin");
  await page.getByRole("link", { name: "People", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await page.getByText("Give a role").click();
  await page.getByLabel("Role", { exact: true }).selectOption("operator");
  await page.getByLabel("Regions").fill("hangzhou");
  await page.getByRole("button", { name: "Give", exact: true }).click();
  // Refused: what was typed is still there, and nothing was given.
  await expect(page.getByRole("alert")).toContainText("Write names such as");
  await expect(page.getByLabel("Role", { exact: true })).toHaveValue("operator");
  await page.getByLabel("Regions").fill("cn-hangzhou");
  await page.getByRole("button", { name: "Give", exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: "operator" })).toContainText("Regions cn-hangzhou");
  await page.getByRole("button", { name: "Make a link for a new password" }).click();
  const link = String(await page.getByRole("code").textContent());

  await forgetSession(page);
  await page.goto(link);
  await expect(page.getByText(name)).toBeVisible();
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByLabel("The new password again").fill(password);
  await page.getByRole("button", { name: "Set the password" }).click();
  await fillSignIn(page, name, password);
  await expect(page.getByRole("heading", { level: 1, name: "Instances" })).toBeVisible();
  await expect(rowOf(page, "orders-cache-dev")).toContainText("cn-hangzhou");
  await expect(page.getByRole("row").filter({ hasText: "cn-shanghai" })).toHaveCount(0);
  await page.goto("/me/sessions");
  await expect(page.getByRole("row").filter({ hasText: "this one" })).toContainText("127.0.0.1");
});
