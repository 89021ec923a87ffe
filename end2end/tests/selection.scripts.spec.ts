// Scripts keep what is ticked from page to page.
import { names, openWholeList, selectionBar, tick } from "../support/list.ts";
import { awake, holdProgram } from "../support/live.ts";
import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await openWholeList(page);
});

test("ticks stay from page to page, and end together", async ({ page }) => {
  const first = await tick(page, 0, 4);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(selectionBar(page).getByRole("status")).toHaveText("2 selected");
  const second = await tick(page, 1);
  await expect(selectionBar(page).getByRole("status")).toHaveText("3 selected");
  await page.getByRole("link", { name: "First page" }).click();
  for (const name of first) await expect(page.getByRole("checkbox", { name: `Select ${name}`, exact: true })).toBeChecked();
  await page.getByRole("searchbox").fill(second[0]);
  await expect(page.getByRole("checkbox", { name: `Select ${second[0]}`, exact: true })).toBeChecked();
  await selectionBar(page).getByRole("button", { name: "Show only these" }).click();
  await expect(page).toHaveURL(/[?&]key=/);
  await page.getByRole("searchbox").fill("");
  await expect(page.getByRole("row")).toHaveCount(4);
  expect((await names(page)).toSorted()).toEqual([...first, ...second].toSorted());

  await page.reload();
  await selectionBar(page).getByRole("button", { name: "Clear selection" }).click();
  await expect(selectionBar(page)).toBeHidden();
  await expect(page.getByRole("checkbox", { checked: true, name: /^Select / })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("checkbox", { checked: true, name: /^Select / })).toHaveCount(0);
});

test("a tick counts that was made before the program is there", async ({ page }) => {
  await page.goto("/overview");
  const arrive = await holdProgram(page);
  await page.goto("/instances");
  const [early] = await tick(page, 2);
  arrive();
  await awake(page);
  await expect(selectionBar(page).getByRole("status")).toHaveText("1 selected");
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page).toHaveURL(/after=/);
  await tick(page, 0);
  await expect(selectionBar(page).getByRole("status")).toHaveText("2 selected");
  await selectionBar(page).getByRole("button", { name: "Show only these" }).click();
  await expect(page).toHaveURL(/[?&]key=/);
  expect(await names(page)).toContain(early);
});
