// Open pages show what happened meanwhile, by themselves.
import type { Page } from "@playwright/test";

import { signInByHand } from "../support/by-hand.ts";
import { expect, test } from "../support/drill.ts";
import { awake, changeBehind, mark } from "../support/live.ts";
import { openReview, ENABLE, rowOf, signIn, whenRead } from "../support/steps.ts";

const NAME = "orders-cache-dev";
const ID = "r-bp1ordersdev0001";
const PLACE = `acme-retail/cn-hangzhou/${ID}`;

async function open(page: Page, path: string): Promise<Page> {
  const other = await page.context().newPage();
  await other.goto(path);
  await awake(other);
  return other;
}

test("list, instance and overview follow, with what was before and after", async ({ page, portal, cloud }) => {
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
  await awake(page);
  const instance = await open(page, `/instances/${PLACE}`);
  const overview = await open(page, "/overview");
  const same = await Promise.all([page, instance, overview].map(mark));

  await changeBehind(cloud, await signInByHand(portal, "olga"), PLACE, { VpcAuthMode: "Close" });
  await expect(rowOf(page, NAME)).toContainText("Password-free");
  await expect(rowOf(page, NAME).getByRole("switch")).toBeChecked();
  const event = instance.getByRole("row").filter({ hasText: "Access" });
  await expect(event).toContainText("Password required → Password-free");
  await expect(instance.getByRole("main").getByRole("switch")).toBeChecked();
  const lately = overview.getByRole("row").filter({ hasText: NAME }).filter({ hasText: "Access" });
  await expect(lately).toContainText("Password required → Password-free");
  for (const still of same) expect(await still()).toBe(true);
});

test("within the refresh time, though nobody asked", async ({ page, portal, cloud }) => {
  test.setTimeout(180_000);
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
  await awake(page);
  const instance = await open(page, `/instances/${PLACE}`);
  const same = await Promise.all([page, instance].map(mark));
  await cloud.setFields(ID, { InstanceName: `${NAME}-2`, InstanceStatus: "Rebooting" });
  // Lists are read once a minute.
  const patience = { timeout: 90_000 };
  await expect(instance.getByRole("heading", { level: 1 })).toHaveText(`${NAME}-2`, patience);
  await expect(instance.getByRole("row").filter({ hasText: "Name" })).toContainText(`${NAME} → ${NAME}-2`);
  await expect(rowOf(page, `${NAME}-2`)).toContainText("Restarting");
  for (const still of same) expect(await still()).toBe(true);
});

test("a tab that nobody looks at waits, and catches up", async ({ page, portal, cloud }) => {
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
  await awake(page);
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  await hide(true);
  // Another tab of this browser shows when the news are there.
  const other = await open(page, `/instances?q=${NAME}`);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await changeBehind(cloud, await signInByHand(portal, "olga"), PLACE, { VpcAuthMode: "Close" });
  await expect(rowOf(other, NAME)).toContainText("Password-free");
  await expect(rowOf(page, NAME)).toContainText("Password required");
  expect(asked.filter((path) => path !== "/events")).toEqual([]);
  await hide(false);
  await expect(rowOf(page, NAME)).toContainText("Password-free");
});

test("what has the focus keeps it, and around it everything follows", async ({ page, portal, cloud }) => {
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
  await awake(page);
  const box = page.getByRole("checkbox", { name: `Select ${NAME}` });
  await box.focus();
  await box.evaluate((element) => Object.assign(element, { sameBox: true }));
  await changeBehind(cloud, await signInByHand(portal, "olga"), PLACE, { VpcAuthMode: "Close" });
  await expect(rowOf(page, NAME)).toContainText("Password-free");
  await expect(box).toBeFocused();
  expect(await box.evaluate((element) => "sameBox" in element)).toBe(true);
});

test("a page under an open review waits, so that the focus finds its way back", async ({ page, portal, cloud }) => {
  await signIn(page, portal, "olga");
  await whenRead(page, NAME);
  await page.goto(`/instances/${PLACE}`);
  await awake(page);
  await openReview(page, ENABLE);
  const other = await open(page, `/instances?q=${NAME}`);
  await changeBehind(cloud, await signInByHand(portal, "olga"), PLACE, { VpcAuthMode: "Close" });
  await expect(rowOf(other, NAME)).toContainText("Password-free");
  await page.bringToFront();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: `${ENABLE}…` })).toBeFocused();
  await expect(page.getByRole("main").getByRole("switch")).toBeChecked();
});

test("rows that come or go wait until somebody asks, and nothing moves under the pointer", async ({ page, portal, cloud }) => {
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
  await expect(async () => {
    await page.goto("/instances?access=password-required");
    await expect(rowOf(page, NAME)).toBeVisible({ timeout: 250 });
  }).toPass();
  await awake(page);
  const rows = () => page.locator("#rows tr").evaluateAll((rows) => rows.map((row) => row.id));
  const top = async () => (await page.locator("#rows").boundingBox())?.y;
  const before = { rows: await rows(), top: await top() };
  await changeBehind(cloud, await signInByHand(portal, "olga"), PLACE, { VpcAuthMode: "Close" });
  const moved = page.locator("#moved");
  await expect(moved.getByRole("status")).toHaveText("1 row changed.");
  expect({ rows: await rows(), top: await top() }).toEqual(before);
  await moved.getByRole("button", { name: "Show" }).click();
  await expect(rowOf(page, NAME)).toHaveCount(0);
  await expect(moved.getByRole("status")).toBeEmpty();
  await expect(page.getByRole("rowheader").getByRole("link").first()).toBeFocused();

  // And back, while nobody looks: then it is there when somebody returns.
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  await page.getByRole("searchbox").focus();
  await hide(true);
  const other = await open(page, `/instances?q=${NAME}`);
  await changeBehind(cloud, await signInByHand(portal, "olga"), PLACE, { VpcAuthMode: "Open" });
  await expect(rowOf(other, NAME)).toContainText("Password required");
  await hide(false);
  await expect(rowOf(page, NAME)).toBeVisible();
  await expect(moved.getByRole("button")).toBeHidden();
});

test("without a network the page says how old it is, and catches up", async ({ page, portal, context, complaints }) => {
  await signIn(page, portal, "vera");
  await awake(page);
  const offline = page.locator("#offline");
  await expect(offline).toBeEmpty();
  await context.setOffline(true);
  await expect(offline).toHaveText("No connection to the portal. This page is less than a minute old.");
  await context.setOffline(false);
  await expect(offline).toBeEmpty();
  expect(complaints.splice(0).filter((complaint) => !/ERR_INTERNET_DISCONNECTED|ERR_NETWORK/.test(complaint))).toEqual([]);
});

test("a portal that is gone is told by every tab, until it is back", async ({ page, portal, complaints }) => {
  await signIn(page, portal, "vera");
  await awake(page);
  const other = await open(page, "/overview");
  await portal.kill();
  for (const tab of [page, other]) {
    await expect(tab.locator("#offline")).toHaveText(/^No connection to the portal\./, { timeout: 60_000 });
  }
  await portal.startAgainHere();
  for (const tab of [page, other]) await expect(tab.locator("#offline")).toBeEmpty({ timeout: 60_000 });
  expect(complaints.splice(0).filter((complaint) => !/ERR_|Failed to load resource/.test(complaint))).toEqual([]);
});
