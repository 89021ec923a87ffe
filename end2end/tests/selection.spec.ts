// Ticked rows: with scripts they are kept from page to page, without they are those of the page.
import { names, openWholeList, selectionBar, tick } from "../support/list.ts";
import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";


test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await openWholeList(page);
});

test("what is ticked becomes a list of its own", async ({ page, scripts }) => {
  await expect(selectionBar(page)).toBeHidden();
  const ticked = await tick(page, 3, 7, 11);
  await expect(selectionBar(page)).toBeVisible();
  if (scripts) await expect(selectionBar(page).getByRole("status")).toHaveText("3 selected");
  await selectionBar(page).getByRole("button", { name: "Show only these" }).click();
  await expect(page).toHaveURL(/[?&]key=/);
  expect((await names(page)).toSorted()).toEqual(ticked.toSorted());
  await expect(page.locator("#matches")).toHaveText("3 match");
  await page.getByRole("group", { name: "Filter" }).getByRole("link", { name: "selected 3" }).click();
  await expect(page).toHaveURL(/\/instances$/);
});

test("what is ticked can be taken away as a file", async ({ page }) => {
  const [one, other] = await tick(page, 2, 5);
  const arriving = page.waitForEvent("download");
  await selectionBar(page).getByRole("button", { name: "Export CSV" }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await arriving).createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  expect(text.split("\r\n").filter((line) => line.startsWith("acme-"))).toHaveLength(2);
  for (const name of [one, other]) expect(text).toContain(name);
});
