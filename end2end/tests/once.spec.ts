// However often one wish is sent, it is one change and one call.
import { expect, sharedTest as test } from "../support/drill.ts";
import type { Simulator } from "../support/simulator.ts";
import { audited, confirm, DISABLE, ENABLE, expectOutcome, openInstance, openReview, signIn } from "../support/steps.ts";
import { cookiesOf, postByHand } from "../support/wire.ts";

test.use({ share: "once" });

test("a double click is one change", async ({ page, portal, cloud, scripts }) => {
  const id = "r-bp1ordersdev0001";
  await signIn(page, portal, "olga");
  await openInstance(page, "orders-cache-dev");
  const review = await openReview(page, ENABLE);
  await review.getByRole("button", { name: ENABLE, exact: true }).dblclick();
  // Without scripts the second click ends the answer to the first: waiting for that one answer would fail.
  await expect(page).toHaveURL(/\/changes\/[0-9a-f]+$/);
  await expectOutcome(page, scripts, "Verified");
  expect(await cloud.writes(id)).toHaveLength(1);
  await expect((await audited(page, "change.requested")).filter({ hasText: id })).toHaveCount(1);
});

test("going back and sending again changes nothing twice", async ({ page, portal, cloud, scripts }) => {
  const id = "r-gw8guarded000001";
  await signIn(page, portal, "olga");
  await openInstance(page, "profiles-cache-dev");
  const first = await confirm(await openReview(page, ENABLE), ENABLE);
  await expectOutcome(page, scripts, "Verified");
  await page.goBack();
  if (scripts) {
    // The page that the dialog stood on, as it is now: there is nothing to send again.
    await expect(page.getByRole("button", { name: `${DISABLE}…` })).toBeVisible();
  } else {
    // The review again. Sent again, it leads to the change that it became.
    await page.getByRole("button", { name: ENABLE, exact: true }).click();
    await expect(page).toHaveURL(portal.url + first);
    await expect((await audited(page, "change.requested")).filter({ hasText: id })).toHaveCount(1);
  }
  expect(await cloud.writes(id)).toHaveLength(1);
});

test("the same form again is the first change again", async ({ page, context, portal, cloud, scripts }) => {
  const id = "r-gw8unguarded0001";
  await signIn(page, portal, "olga");
  await openInstance(page, "reviews-cache-dev");
  const review = await openReview(page, ENABLE);
  const form = review.locator("form").filter({ has: page.locator("input[name=key]") });
  const fields = (await form.evaluate((form) =>
    Object.fromEntries(new FormData(form as HTMLFormElement) as never),
  )) as Record<string, string>;
  const path = await confirm(review, ENABLE);
  const address = `${portal.url}/api/ui/change/confirm`;
  const again = await postByHand(address, { ...fields, reason: "" }, await cookiesOf(context));
  expect([again.status, `/changes/${JSON.parse(again.body.toString())}`]).toEqual([200, path]);
  const other = await postByHand(address, { ...fields, reason: "another" }, await cookiesOf(context));
  expect([other.status, JSON.parse(other.body.toString()).code]).toEqual([409, "key-reused"]);
  await expectOutcome(page, scripts, "Verified");
  expect(await cloud.writes(id)).toHaveLength(1);
});

test("two tabs are one change, and the second is told of the first", async ({ page, context, portal, cloud, scripts }) => {
  const id = "r-uf6archive000001";
  await becomesFine(cloud, id);
  await signIn(page, portal, "olga");
  await openInstance(page, "archive-on-disk");
  const review = await openReview(page, ENABLE);
  const tab = await context.newPage();
  await openInstance(tab, "archive-on-disk");
  const second = await openReview(tab, ENABLE);

  const hold = await cloud.addFault({ instance: id, fault: { kind: "delay", before_ms: 1_500 } });
  const path = await confirm(review, ENABLE);
  await second.getByRole("button", { name: ENABLE, exact: true }).click();
  const alert = tab.getByRole("alert").filter({ visible: true });
  await expect(alert).toContainText("Another change of this instance is under way");
  await expect(alert).toContainText("Nothing was changed by you.");
  await alert.getByRole("link", { name: "See it" }).click();
  await expect(tab).toHaveURL(portal.url + path);
  await cloud.removeFault(hold);
  await expectOutcome(tab, scripts, "Verified");
  expect(await cloud.writes(id)).toHaveLength(1);
  await expect((await audited(page, "change.requested")).filter({ hasText: id })).toHaveCount(1);
});

/** The cloud takes the mode for it after all. */
async function becomesFine(cloud: Simulator, id: string): Promise<void> {
  await cloud.setFields(id, { EngineVersion: "7.0" });
}

const MOVED = [
  {
    what: "the whitelist was opened",
    move: (cloud: Simulator, id: string) => cloud.setWhitelist(id, [{ name: "default", security_ips: "10.0.0.0/8" }]),
    words: "the whitelist admits other addresses",
    id: "r-bp1yingxiao00001",
    name: "营销-开发-排行榜",
  },
  {
    what: "somebody else enabled it",
    move: (cloud: Simulator, id: string) => cloud.setFields(id, { VpcAuthMode: "Close" }),
    words: "you saw “Password required”, it is now “Password-free”",
    id: "r-t4nweb0000000001",
    name: "web-sessions",
  },
  {
    what: "it was renamed",
    move: (cloud: Simulator, id: string) => cloud.setFields(id, { InstanceName: "renamed" }),
    words: "it was named “订单-预发-缓存”, it is now “renamed”",
    id: "r-bp1dingdan000001",
    name: "订单-预发-缓存",
  },
];

for (const { what, move, words, id, name } of MOVED) {
  test(`a review is out of date once ${what}`, async ({ page, portal, cloud, scripts }) => {
    await signIn(page, portal, "olga");
    await openInstance(page, name);
    const review = await openReview(page, ENABLE);
    await move(cloud, id);
    await confirm(review, ENABLE);
    const outcome = await expectOutcome(page, scripts, "Out of date");
    await expect(outcome).toContainText(`Nothing was changed. Since you looked: ${words}.`);
    expect(await cloud.writes(id)).toEqual([]);
    await expect((await audited(page, "change.refused")).filter({ hasText: id })).toHaveCount(1);
  });
}
