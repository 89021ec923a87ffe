// The list of instances, as it stands on the page.
import type { Page } from "@playwright/test";

import { expect } from "./test.ts";

/** Rows of one page. */
export const PAGE = 25;

/** The names, from top to bottom. */
export const names = (page: Page) => page.getByRole("rowheader").getByRole("link").allTextContents();

/** The names of this page, and of each that follows it. */
export async function namesToTheEnd(page: Page): Promise<string[][]> {
  const pages = [await names(page)];
  const next = page.getByRole("link", { name: "Next page" });
  while ((await next.count()) > 0) {
    const address = page.url();
    await next.click();
    await expect(page).not.toHaveURL(address);
    await page.waitForLoadState("domcontentloaded");
    pages.push(await names(page));
  }
  return pages;
}

/** What stands in the column of this name, row by row. */
export async function column(page: Page, name: string): Promise<string[]> {
  const index = (await page.getByRole("columnheader").allTextContents()).indexOf(name);
  expect(index, name).toBeGreaterThan(-1);
  return page.locator("#rows tr").evaluateAll(
    (rows, index) => rows.map((row) => (row.children[index] as HTMLElement).innerText),
    index,
  );
}

/** How many instances fit the filter, as the page says it. */
export async function matching(page: Page): Promise<number> {
  const text = await page.locator("#matches").textContent();
  return Number(/^([\d,]+) match/.exec(text ?? "")?.[1].replaceAll(",", ""));
}

/** Once all sixty instances of the sandbox are there, with everything that can be read of them. */
export async function openWholeList(page: Page, address = "/instances"): Promise<void> {
  await expect(async () => {
    await page.goto("/instances?exposure=critical");
    // The whitelist of one that is known to be open comes last.
    await expect(page.getByRole("link", { name: "inventory-cache", exact: true })).toBeVisible({ timeout: 250 });
    await expect(page.getByText("every account and region answered")).toBeVisible({ timeout: 250 });
    await expect(page.getByText("59 of 60 read")).toBeVisible({ timeout: 250 });
  }).toPass();
  await page.goto(address);
}

/** What to do with ticked rows. */
export const selectionBar = (page: Page) => page.getByRole("form", { name: "selected" });

/** Ticks the rows with these numbers, and returns their names. */
export async function tick(page: Page, ...rows: number[]): Promise<string[]> {
  const all = await names(page);
  for (const row of rows) await page.getByRole("checkbox", { name: `Select ${all[row]}`, exact: true }).check();
  return rows.map((row) => all[row]);
}
