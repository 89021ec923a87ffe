// Each filter narrows the list to what its count promised.
import type { Page } from "@playwright/test";

import { column, matching, names, openWholeList, PAGE } from "../support/list.ts";
import { expect, test } from "../support/sandbox.ts";
import { search, signIn } from "../support/steps.ts";

/** Of a choice or a chip: `critical (1)` or `production 12`. */
const promised = (text: string) => Number(/(\d+)\)?$/.exec(text.trim())?.[1]);

async function expectKept(page: Page, promise: number): Promise<void> {
  await expect(page.locator("#matches")).toBeVisible();
  expect(await matching(page)).toBe(promise);
  expect(await names(page)).toHaveLength(Math.min(promise, PAGE));
}

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await openWholeList(page);
});

for (const [label, parameter] of [
  ["Exposure", "exposure"],
  ["Account", "account"],
  ["Region", "region"],
  ["Version", "version"],
  ["Whitelist", "whitelist"],
]) {
  test(`${label} narrows to what its numbers say`, async ({ page, scripts }) => {
    const choice = page.getByRole("combobox", { name: label });
    const options = await choice.getByRole("option").allTextContents();
    expect(options[0]).toBe(`${label}: All`);
    const counts = options.slice(1).map(promised);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60);
    // Those with most and with fewest stand for all.
    const some = counts.filter((count) => count > 0);
    for (const count of new Set([Math.min(...some), Math.max(...some)])) {
      const index = counts.indexOf(count) + 1;
      await choice.selectOption({ index });
      if (!scripts) await page.getByRole("button", { name: "Filter" }).click();
      await expect(page).toHaveURL((url) => url.searchParams.has(parameter));
      await expect(page.locator("#matches")).toHaveText(new RegExp(`^${count} match`));
      await expectKept(page, count);
      await page.goto("/instances");
    }
  });
}

test("chips narrow to what their numbers say, also two of them", async ({ page }) => {
  const chips = page.getByRole("group", { name: "Filter" }).getByRole("link");
  const texts = await chips.allTextContents();
  expect(texts.map(promised).reduce((sum, count) => sum + count, 0)).toBe(120);
  for (const text of texts.filter((text) => promised(text) > 0)) {
    await chips.filter({ hasText: text }).click();
    await expectKept(page, promised(text));
    await page.goto("/instances");
  }
  await page.getByRole("link", { name: /^production \d/ }).click();
  await expect(page).not.toHaveURL(/\/instances$/);
  const both = page.getByRole("link", { name: /^Password-free \d/ });
  const count = promised((await both.textContent()) ?? "");
  const one = page.url();
  await both.click();
  await expect(page).not.toHaveURL(one);
  await expectKept(page, count);
  for (const text of await column(page, "Environment")) expect(text).toBe("production");
  for (const text of await column(page, "Access")) expect(text).toBe("Password-free");
});

test("two Chinese characters find", async ({ page, scripts }) => {
  for (const word of ["订单", "会员", "营销"]) {
    await search(page, word, scripts);
    await expect(page.locator("#matches")).toBeVisible();
    const found = await names(page);
    expect(found.length, word).toBeGreaterThan(0);
    for (const name of found) expect(name).toContain(word);
    await expectKept(page, found.length);
  }
});
