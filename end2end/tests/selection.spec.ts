// Ticked rows: with scripts they are kept from page to page, without they are those of the page.
import type { Page } from "@playwright/test";

import { names, openWholeList } from "../support/list.ts";
import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";

const bar = (page: Page) => page.getByRole("form", { name: "selected" });

/** Ticks the rows with these numbers, and returns their names. */
async function tick(page: Page, ...rows: number[]): Promise<string[]> {
  const all = await names(page);
  for (const row of rows) await page.getByRole("checkbox", { name: `Select ${all[row]}`, exact: true }).check();
  return rows.map((row) => all[row]);
}

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await openWholeList(page);
});

test("what is ticked becomes a list of its own", async ({ page, scripts }) => {
  await expect(bar(page)).toBeHidden();
  const ticked = await tick(page, 3, 7, 11);
  await expect(bar(page)).toBeVisible();
  if (scripts) await expect(bar(page).getByRole("status")).toHaveText("3 selected");
  await bar(page).getByRole("button", { name: "Show only these" }).click();
  await expect(page).toHaveURL(/[?&]key=/);
  expect((await names(page)).toSorted()).toEqual(ticked.toSorted());
  await expect(page.locator("#matches")).toHaveText("3 match");
  await page.getByRole("group", { name: "Filter" }).getByRole("link", { name: "selected 3" }).click();
  await expect(page).toHaveURL(/\/instances$/);
});

test("what is ticked can be taken away as a file", async ({ page }) => {
  const [one, other] = await tick(page, 2, 5);
  const arriving = page.waitForEvent("download");
  await bar(page).getByRole("button", { name: "Export CSV" }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await arriving).createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  expect(text.split("\r\n").filter((line) => line.startsWith("acme-"))).toHaveLength(2);
  for (const name of [one, other]) expect(text).toContain(name);
});

test("ticks stay from page to page, and end together", async ({ page, scripts }) => {
  test.skip(!scripts, "the ticks of a page end with it");
  const first = await tick(page, 0, 4);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(bar(page).getByRole("status")).toHaveText("2 selected");
  const second = await tick(page, 1);
  await expect(bar(page).getByRole("status")).toHaveText("3 selected");
  await page.getByRole("link", { name: "First page" }).click();
  for (const name of first) await expect(page.getByRole("checkbox", { name: `Select ${name}`, exact: true })).toBeChecked();
  await page.getByRole("searchbox").fill(second[0]);
  await expect(page.getByRole("checkbox", { name: `Select ${second[0]}`, exact: true })).toBeChecked();
  await bar(page).getByRole("button", { name: "Show only these" }).click();
  await expect(page).toHaveURL(/[?&]key=/);
  await page.getByRole("searchbox").fill("");
  await expect(page.getByRole("row")).toHaveCount(4);
  expect((await names(page)).toSorted()).toEqual([...first, ...second].toSorted());

  await page.reload();
  await bar(page).getByRole("button", { name: "Clear selection" }).click();
  await expect(bar(page)).toBeHidden();
  await expect(page.getByRole("checkbox", { checked: true, name: /^Select / })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("checkbox", { checked: true, name: /^Select / })).toHaveCount(0);
});
