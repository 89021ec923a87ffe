// In which order the list stands, and how it looks. All of it is in the address.
import type { Page } from "@playwright/test";

import { column, names, namesToTheEnd, openWholeList, PAGE } from "../support/list.ts";
import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await openWholeList(page);
});

const heading = (page: Page, name: string) => page.getByRole("columnheader", { name, exact: true });

/** Follows the link of a column's head, and looks that it says so. */
async function sortBy(page: Page, name: string, direction: "ascending" | "descending"): Promise<void> {
  await heading(page, name).getByRole("link").click();
  await expect(heading(page, name)).toHaveAttribute("aria-sort", direction);
  await expect(page.locator("[aria-sort]")).toHaveCount(1);
}

/** In the order of the texts themselves. */
const ordered = (texts: string[]) => texts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));

test("by name, by place, by exposure, by age", async ({ page }) => {
  await expect(heading(page, "Instance")).toHaveAttribute("aria-sort", "ascending");
  const folded = (await names(page)).map((name) => name.toLowerCase());
  expect(folded).toEqual(ordered(folded));

  await sortBy(page, "Account, region", "ascending");
  await expect(page).toHaveURL(/\?sort=place$/);
  const places = await column(page, "Account, region");
  expect(places).toEqual(ordered(places));

  await sortBy(page, "Exposure", "descending");
  const levels = ["none", "low", "medium", "high", "critical"];
  // What is known to be worse stands first; of the same level, what could be worse than it looks.
  const ranks = (await column(page, "Exposure")).map((text) => levels.indexOf(text.split(/\s/)[0]));
  const known = ranks.filter((rank) => rank >= 0);
  expect(known[0]).toBe(levels.indexOf("critical"));
  expect(known).toEqual(known.toSorted((a, b) => b - a));

  await sortBy(page, "Read", "ascending");
  const times = await page.locator("#rows .read time").evaluateAll((all) => all.map((it) => it.getAttribute("datetime") ?? ""));
  expect(times.length).toBeGreaterThan(PAGE / 2);
  expect(times).toEqual(ordered(times));

  await sortBy(page, "Instance", "ascending");
  await expect(page).toHaveURL(/\/instances$/);
});

test("an order goes on over the pages, and back to the first one", async ({ page }) => {
  for (const order of ["exposure", "place", "age", "name"]) {
    await page.goto(`/instances?sort=${order}`);
    const pages = await namesToTheEnd(page);
    expect(pages[0]).toHaveLength(PAGE);
    // While it is read by age, an instance that is read moves to the end.
    if (order === "age") expect(pages.length).toBeGreaterThan(2);
    else expect(new Set(pages.flat()).size).toBe(60);
    await page.getByRole("link", { name: "First page" }).click();
    await expect(page).not.toHaveURL(/after=/);
    expect(await names(page)).toHaveLength(PAGE);
    await expect(page.getByRole("link", { name: "First page" })).toHaveCount(0);
  }
});

test("columns and density are chosen, stand in the address, and stay while filtering", async ({ page, scripts }) => {
  await page.getByText("Columns", { exact: true }).click();
  const menu = page.locator("details[open]");
  await expect(menu.getByLabel("Whitelist")).not.toBeChecked();
  await menu.getByLabel("Whitelist").check();
  await menu.getByLabel("Status").check();
  await menu.getByLabel("Exposure").uncheck();
  await menu.getByLabel("Compact rows").check();
  await menu.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/column=status.*density=compact/);
  await expect(heading(page, "Whitelist")).toBeVisible();
  await expect(heading(page, "Exposure")).toHaveCount(0);
  await expect(page.getByRole("table")).toHaveAttribute("data-density", "compact");
  expect(await column(page, "Status")).toContain("Running");

  await page.getByRole("searchbox").fill("sessions-prod");
  if (!scripts) await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/q=sessions-prod/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(page).toHaveURL(/column=whitelist/);
  await expect(heading(page, "Exposure")).toHaveCount(0);
  expect((await column(page, "Whitelist"))[0]).not.toBe("");
});
