// A link puts the next page in place of this one, and loses nothing that loading it anew would bring.
import type { Page } from "@playwright/test";

import { signInByHand } from "../support/by-hand.ts";
import { expect, test } from "../support/drill.ts";
import { awake, changeBehind, mark, withoutNews } from "../support/live.ts";
import { rowOf, signIn, whenRead } from "../support/steps.ts";

const NAME = "orders-cache-dev";
const PLACE = "acme-retail/cn-hangzhou/r-bp1ordersdev0001";

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
});

/** Goes there by the navigation. */
async function goTo(page: Page, name: string): Promise<void> {
  await awake(page);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();
}

test("address, title, place in the navigation, focus and what is read aloud are those of the next page", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 400 });
  await page.goto("/instances");
  await awake(page);
  const same = await mark(page);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.getByRole("link", { name: "Keyboard" }).focus();
  await goTo(page, "Audit");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Audit");
  await expect(page).toHaveURL(/\/audit$/);
  await expect(page).toHaveTitle(/^Audit/);
  await expect(page.locator("#turned")).toHaveText(/^Audit/);
  await expect(page.locator("[aria-current=page]")).toHaveText("Audit");
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
  await expect(page.locator("body")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  expect(await same()).toBe(true);
});

test("the islands of the next page are awake, and those of the last one are not", async ({ page }) => {
  await page.goto("/audit");
  const same = await mark(page);
  await goTo(page, "Instances");
  await page.getByRole("searchbox").pressSequentially("orders");
  await expect(page).toHaveURL(/\?q=orders$/);
  await goTo(page, "Audit");
  await goTo(page, "Instances");
  await expect(page.getByRole("searchbox")).toHaveValue("");
  await page.getByRole("searchbox").pressSequentially("sessions");
  await expect(page).toHaveURL(/\?q=sessions$/);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog").getByRole("combobox")).toBeFocused();
  expect(await same()).toBe(true);
});

test("back and forward lead to where one was", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 400 });
  await page.goto("/instances");
  await awake(page);
  const same = await mark(page);
  const link = rowOf(page, NAME).getByRole("link", { name: NAME });
  await link.scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  expect(before).toBeGreaterThan(0);
  await link.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(NAME);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Instances");
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(before);
  await page.goForward();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(NAME);
  expect(await same()).toBe(true);
});

test("what happens while the next page is on its way is on it", async ({ page, portal, cloud }) => {
  await page.goto("/audit");
  await awake(page);
  const same = await mark(page);
  const other = await page.context().newPage();
  await other.goto(`/instances?q=${NAME}`);
  await awake(other);
  await page.bringToFront();
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  let asked = () => {};
  const isAsked = new Promise<void>((done) => (asked = done));
  await page.route("**/instances", async (route) => {
    const response = await route.fetch();
    asked();
    await released;
    await route.fulfill({ response });
  }, { times: 1 });
  await goTo(page, "Instances");
  await isAsked;
  await changeBehind(cloud, await signInByHand(portal, "olga"), PLACE, { VpcAuthMode: "Close" });
  // The other tab was told, and so was this one.
  await expect(rowOf(other, NAME)).toContainText("Password-free");
  release();
  await expect(rowOf(page, NAME)).toContainText("Password-free");
  expect(await same()).toBe(true);
});

test("the page of another release is loaded anew", async ({ page }) => {
  await page.goto("/audit");
  await awake(page);
  const same = await mark(page);
  await page.route("**/changes", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace(/(app\.)[0-9a-f]{16}(\.css)/, "$10123456789abcdef$2") });
  }, { times: 1 });
  await goTo(page, "Changes");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Changes");
  expect(await same()).toBe(false);
});

test("after the session is over a link leads to the sign-in page", async ({ page }) => {
  await page.goto("/audit");
  await awake(page);
  // News would lead there too.
  await withoutNews(page);
  await page.context().clearCookies();
  await goTo(page, "Changes");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
});

test("without the portal a link leads to what the browser says of that", async ({ page, context, complaints }) => {
  await page.goto("/audit");
  await awake(page);
  const same = await mark(page);
  await context.setOffline(true);
  await goTo(page, "Changes");
  await expect(async () => expect(await same()).toBe(false)).toPass();
  await context.setOffline(false);
  expect(complaints.splice(0).filter((complaint) => !complaint.includes("net::ERR"))).toEqual([]);
});

test("with a key held down a link opens another tab", async ({ page, context }) => {
  await page.goto("/audit");
  await awake(page);
  const same = await mark(page);
  const opened = context.waitForEvent("page");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Changes" }).click({ modifiers: ["Control"] });
  await expect((await opened).getByRole("heading", { level: 1 })).toHaveText("Changes");
  await expect(page).toHaveURL(/\/audit$/);
  expect(await same()).toBe(true);
});
