// Lists that somebody saved under a name: each has their own.
import type { Page } from "@playwright/test";

import { names } from "../support/list.ts";
import { expect, sharedTest as test } from "../support/drill.ts";
import { forgetSession, signIn } from "../support/steps.ts";

test.use({ share: "views" });

/** The menu of views, open. */
async function openViews(page: Page) {
  const menu = page.locator("details").filter({ has: page.getByText("Views", { exact: true }) });
  if (!(await menu.evaluate((it) => (it as HTMLDetailsElement).open))) await menu.getByText("Views", { exact: true }).click();
  return menu;
}

async function save(page: Page, name: string): Promise<void> {
  const menu = await openViews(page);
  await menu.getByLabel("Name of this view").fill(name);
  await menu.getByRole("button", { name: "Save this view" }).click();
}

test("a list is saved, opened, replaced and forgotten", async ({ page, portal, scripts }) => {
  const name = `Shanghai & ${scripts ? "scripts" : "plain"} <b>`;
  await signIn(page, portal, "olga");
  await page.goto("/instances?region=cn-shanghai&sort=exposure&column=place&column=access&density=compact");
  const address = page.url();
  await save(page, name);
  await expect(page).toHaveURL(address);

  await page.goto("/instances");
  await (await openViews(page)).getByRole("link", { name, exact: true }).click();
  await expect(page).toHaveURL(address);
  for (const row of await page.locator("#rows tr").all()) await expect(row).toContainText("cn-shanghai");
  await expect((await openViews(page)).getByRole("link", { name, exact: true })).toHaveAttribute("aria-current", "page");

  await page.goto("/instances?region=cn-beijing");
  const wanted = await names(page);
  await save(page, name);
  await page.goto("/instances");
  await expect((await openViews(page)).getByRole("link", { name, exact: true })).toHaveCount(1);
  await (await openViews(page)).getByRole("link", { name, exact: true }).click();
  await expect(page).toHaveURL(/\?region=cn-beijing$/);
  expect(await names(page)).toEqual(wanted);

  await (await openViews(page)).getByRole("button", { name: `Forget the view ${name}` }).click();
  await expect(page).toHaveURL(/\?region=cn-beijing$/);
  await expect((await openViews(page)).getByRole("link", { name, exact: true })).toHaveCount(0);
});

test("a view is its owner's alone", async ({ page, portal, scripts }) => {
  const name = `mine ${scripts}`;
  await signIn(page, portal, "vera");
  await save(page, name);
  await expect((await openViews(page)).getByRole("link", { name, exact: true })).toBeVisible();
  await forgetSession(page);
  await signIn(page, portal, "olga");
  await expect((await openViews(page)).getByRole("link", { name, exact: true })).toHaveCount(0);
});

test("a name that is too long keeps the page, and says so", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  await page.goto("/instances?region=cn-shanghai");
  // Nobody can type as much; a page that somebody changed can send it.
  const field = (await openViews(page)).getByLabel("Name of this view");
  await field.evaluate((input) => input.removeAttribute("maxlength"));
  await save(page, "x".repeat(61));
  await expect(page.getByText("This is too long.")).toBeVisible();
  await expect(page).toHaveURL(/region=cn-shanghai/);
  await expect(page.getByRole("row").filter({ hasText: "cn-beijing" })).toHaveCount(0);
  await expect((await openViews(page)).getByRole("link", { name: /^xxx/ })).toHaveCount(0);
});
