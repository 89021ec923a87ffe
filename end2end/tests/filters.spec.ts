// Finding instances: every filter is in the address, and a shared address shows the same.
import type { Page } from "@playwright/test";

import { names, namesToTheEnd, PAGE } from "../support/list.ts";
import { expect, test } from "../support/sandbox.ts";
import { rowOf, search, signIn } from "../support/steps.ts";

/** Once the list is filled, all of it is there: sixty instances. */
async function openWholeList(page: Page): Promise<void> {
  await expect(async () => {
    await page.goto("/instances");
    await expect(page.getByText("every account and region answered")).toBeVisible({ timeout: 250 });
    await expect(page.getByRole("link", { name: /^Password-free \d/ })).toBeVisible({ timeout: 250 });
  }).toPass();
}

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await openWholeList(page);
});

test("a word finds names, ids, tags and addresses", async ({ page, scripts }) => {
  for (const [word, found] of [
    ["sessions-prod", "sessions-prod"],
    ["R-BP1ORDERSDEV", "orders-cache-dev"],
    ["订单", "订单-预发-缓存"],
    ["r-2zeinventory0001.redis.rds", "inventory-cache"],
  ]) {
    await search(page, word, scripts);
    await expect(rowOf(page, found)).toBeVisible();
    expect(await names(page), word).toEqual([found]);
  }
  await search(page, "there-is-no-such-thing", scripts);
  await expect(page.getByRole("main")).toContainText("No instance matches");
  await page.getByRole("link", { name: "Clear filters" }).first().click();
  await expect(page.getByRole("row")).toHaveCount(PAGE + 1);
});

test("an address shows a colleague the same", async ({ page, browser, portal, scripts }) => {
  await search(page, "cache", scripts);
  await page.getByRole("combobox", { name: "Region" }).selectOption("cn-hangzhou");
  if (!scripts) await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/region=cn-hangzhou/);
  await expect(page.getByRole("row").filter({ hasText: "cn-shanghai" })).toHaveCount(0);
  await page.getByRole("link", { name: /^development \d/ }).click();
  await expect(page).toHaveURL(/environment=development/);
  const shown = await names(page);
  expect(shown).toContain("orders-cache-dev");
  expect(shown).not.toContain("partners-gateway-cache");
  for (const row of await page.getByRole("row").filter({ has: page.getByRole("cell") }).all()) {
    await expect(row).toContainText("cn-hangzhou");
    await expect(row).toContainText("development");
  }

  const context = await browser.newContext({ baseURL: portal.url, javaScriptEnabled: scripts });
  const colleague = await context.newPage();
  await signIn(colleague, portal, "lin.wei");
  await colleague.goto(page.url());
  await expect(colleague.getByRole("searchbox")).toHaveValue("cache");
  await expect(colleague.getByRole("combobox", { name: "Region" })).toHaveValue("cn-hangzhou");
  await expect(colleague.getByRole("link", { name: /^development \d/ })).toHaveAttribute("aria-current", "true");
  expect(await names(colleague)).toEqual(shown);
  await context.close();
});

test("a chip is one click on, and one click off", async ({ page }) => {
  const chip = page.getByRole("group", { name: "Filter" }).getByRole("link", { name: /^Password-free \d/ });
  const count = Number(/\d+/.exec((await chip.textContent()) ?? "")?.[0]);
  await chip.click();
  await expect(page).toHaveURL(/\?access=password-free$/);
  await expect(page.getByRole("row")).toHaveCount(count + 1);
  expect(await names(page)).toContain("catalog-cache-dev");
  await chip.click();
  await expect(page).toHaveURL(/\/instances$/);
});

test("a filter that has no control of its own stays while searching", async ({ page, scripts }) => {
  await page.goto("/instances?whitelist=everyone");
  await expect(rowOf(page, "partners-gateway-cache")).toBeVisible();
  await search(page, "cache", scripts);
  await expect(page).toHaveURL(/whitelist=everyone/);
  await expect(rowOf(page, "partners-gateway-cache")).toBeVisible();
  await expect(rowOf(page, "orders-cache-dev")).toHaveCount(0);
});

test("the next page goes on where the first one ends", async ({ page }) => {
  const pages = await namesToTheEnd(page);
  expect(pages.map((names) => names.length)).toEqual([PAGE, PAGE, 60 - 2 * PAGE]);
  expect(new Set(pages.flat()).size).toBe(60);
});

test("what an address asks that nobody could mean is left aside", async ({ page }) => {
  await page.goto("/instances?access=ajar&environment=&account=%00&region=../..&after=x&after_name=y&whitelist=1");
  await expect(page.getByRole("row")).toHaveCount(PAGE + 1);
});
