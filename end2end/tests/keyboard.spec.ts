// The main job without a mouse.
import type { Locator, Page } from "@playwright/test";

import { expect, test } from "../support/drill.ts";
import { PASSWORD } from "../support/portal.ts";
import { ENABLE, expectOutcome, forgetSession, rowOf, shownReview, signIn, whenRead } from "../support/steps.ts";

/** Presses Tab until this has the focus, which is seen wherever it is on the way. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  const hasFocus = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 80; presses++) {
    if (await hasFocus()) return;
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) === 0) continue;
    const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline, await focused.evaluate((element) => element.outerHTML.slice(0, 200))).not.toBe("none");
  }
  throw new Error(`Tab does not reach ${target}`);
}

test("from the sign-in page to the proof, by keyboard alone", async ({ page, portal, cloud, scripts }) => {
  const name = "orders-cache-dev";
  // Somebody else waits until the fleet was read.
  await signIn(page, portal, "vera");
  await whenRead(page, name);
  await forgetSession(page);

  await page.goto("/sign-in");
  await tabTo(page, page.getByLabel("User name"));
  await page.keyboard.type("olga");
  await tabTo(page, page.getByLabel("Password"));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Instances" })).toBeVisible();

  // The first stop skips what stands on every page.
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type(name);
  if (!scripts) await page.keyboard.press("Enter");
  await expect(page.getByRole("row")).toHaveCount(2);
  await tabTo(page, rowOf(page, name).getByRole("link", { name, exact: true }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();

  await tabTo(page, page.getByRole("switch", { name }));
  await page.keyboard.press("Space");
  const review = await shownReview(page, ENABLE);
  if (scripts) await expect(review.getByRole("link", { name: "Cancel" })).toBeFocused();
  await tabTo(page, review.getByRole("button", { name: ENABLE, exact: true }));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/changes/*");
  await expectOutcome(page, scripts, "Verified");
  expect(await cloud.writes("r-bp1ordersdev0001")).toHaveLength(1);

  await tabTo(page, page.getByText("aliyun-cli"));
  await page.keyboard.press("Enter");
  await expect(page.getByText("--VpcAuthMode Close")).toBeVisible();
});

test("order, ticks and tools of the list, by keyboard alone", async ({ page, portal, scripts }) => {
  await signIn(page, portal, "olga");
  await whenRead(page, "orders-cache-dev");
  await page.goto("/instances?q=orders");

  await tabTo(page, page.getByRole("columnheader", { name: "Exposure" }).getByRole("link"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("columnheader", { name: "Exposure" })).toHaveAttribute("aria-sort", "descending");

  await tabTo(page, page.getByText("Columns", { exact: true }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Status", { exact: true }));
  await page.keyboard.press("Space");
  await tabTo(page, page.getByRole("button", { name: "Apply" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("columnheader", { name: "Status" })).toBeVisible();

  await tabTo(page, page.getByText("Views", { exact: true }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Name of this view"));
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/sort=exposure&column=/);

  await tabTo(page, page.getByRole("checkbox", { name: "Select orders-cache-dev", exact: true }));
  await page.keyboard.press("Space");
  if (scripts) await expect(page.getByRole("form", { name: "selected" }).getByRole("status")).toHaveText("1 selected");
  await tabTo(page, page.getByRole("button", { name: "Show only these" }));
  await page.keyboard.press("Enter");
  await expect(page.locator("#matches")).toHaveText("1 matches");
  await expect(rowOf(page, "orders-cache-dev")).toBeVisible();
});
