// A second person: asked, shown what would happen now, and agreeing or not.
import { expectAccessible } from "../support/axe.ts";
import { expect, sharedTest as test } from "../support/drill.ts";
import { confirm, DISABLE, ENABLE, expectOutcome, openInstance, openReview, signIn, signInInstead } from "../support/steps.ts";

const ASK = "Ask for approval";

test.use({
  share: "approval",
  sharedDrill: {
    people: { olga: "operator", anna: "approver", adam: "admin" },
    settings: { approval_to_open_development: "always" },
  },
});

test("from a request to its proof, by two people", async ({ page, portal, cloud, scripts }) => {
  const id = "r-bp1ordersdev0001";
  await signIn(page, portal, "olga");
  await openInstance(page, "orders-cache-dev");
  const review = await openReview(page, ENABLE);
  await expect(review).toContainText("Somebody else has to approve this before it is carried out.");
  await review.getByLabel("Reason").fill("load test, OPS-7");
  const path = await confirm(review, ASK);
  await expectOutcome(page, scripts, "Waiting for approval");
  const card = page.getByRole("complementary");
  await expect(card).toContainText("It is your own request: somebody else decides on it.");
  await expect(card.getByRole("button", { name: /Check and decide/ })).toHaveCount(0);
  expect(await cloud.writes(id)).toHaveLength(0);

  await signInInstead(page, portal, "anna");
  await page.getByRole("link", { name: "1 request waits for your decision" }).click();
  await expect(page).toHaveURL(/\/changes\?waiting=1$/);
  await page.getByRole("row").filter({ hasText: "orders-cache-dev" }).getByRole("link").first().click();
  await expect(page).toHaveURL(portal.url + path);
  await page.getByRole("button", { name: "Check and decide…" }).click();
  const decision = page.getByRole("article");
  await expect(decision).toContainText("load test, OPS-7");
  await expect(decision).toContainText("Nothing moved since it was asked for.");
  await expect(decision).toContainText("2 hours");
  if (scripts) await expectAccessible(page);
  await decision.getByRole("button", { name: "Approve", exact: true }).click();
  await page.waitForURL(`**${path}`);
  await expectOutcome(page, scripts, "Verified");
  await expect(card).toContainText(/Approved\s*anna/);
  expect(await cloud.writes(id)).toHaveLength(1);
  await expect(page.getByRole("link", { name: /waits? for your decision/ })).toHaveCount(0);

  // What was agreed to holds until its end: shut by hand, it is put back without asking again.
  await signInInstead(page, portal, "olga");
  await openInstance(page, "orders-cache-dev");
  await confirm(await openReview(page, DISABLE), DISABLE);
  await expectOutcome(page, scripts, "Verified");
  await page.getByRole("button", { name: "Put it back" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/changes/"));
  await expect(page.getByRole("heading", { level: 1 })).toContainText(ENABLE);
  await expectOutcome(page, scripts, "Verified");
  await expect(page.getByRole("link", { name: "see that change" })).toBeVisible();
  await openInstance(page, "orders-cache-dev");
  await expect(page.getByRole("complementary")).toContainText(/ends in 1 h 5\d min/);
});

test("a no is said with its reason", async ({ page, portal, cloud, scripts }) => {
  const [name, id] = ["reviews-cache-dev", "r-gw8unguarded0001"];
  await signIn(page, portal, "olga");
  await openInstance(page, name);
  const path = await confirm(await openReview(page, ENABLE), ASK);
  await signInInstead(page, portal, "anna");
  await page.goto(path);
  await page.getByText("Reject", { exact: true }).first().click();
  await page.getByLabel("Why not").fill("not before the sale");
  await page.getByRole("button", { name: "Reject" }).click();
  await expectOutcome(page, scripts, "Rejected");
  await expect(page.getByRole("main").getByRole("status")).toContainText("Nothing was changed. anna rejected it.");
  await expect(page.getByRole("complementary")).toContainText("not before the sale");
  expect(await cloud.writes(id)).toHaveLength(0);
});

test("what moved since it was asked for makes it void", async ({ page, portal, cloud, scripts }) => {
  const [name, id] = ["\u8425\u9500-\u5f00\u53d1-\u6392\u884c\u699c", "r-bp1yingxiao00001"];
  await signIn(page, portal, "olga");
  await openInstance(page, name);
  const path = await confirm(await openReview(page, ENABLE), ASK);
  await expectOutcome(page, scripts, "Waiting for approval");
  await cloud.setWhitelist(id, [{ name: "default", security_ips: "10.0.0.0/8" }]);
  await signInInstead(page, portal, "anna");
  await page.goto(path);
  await page.getByRole("button", { name: "Check and decide…" }).click();
  const decision = page.getByRole("article");
  await expect(decision).toContainText("Something moved since it was asked for");
  await decision.getByRole("button", { name: "Approve", exact: true }).click();
  await page.waitForURL(`**${path}`);
  await expectOutcome(page, scripts, "Out of date");
  expect(await cloud.writes(id)).toHaveLength(0);
});

test("what only waits is taken back", async ({ page, portal, cloud, scripts }) => {
  const [name, id] = ["catalog-cache-dev", "r-uf6catalogdev001"];
  await signIn(page, portal, "olga");
  await openInstance(page, name);
  await expect(page.getByRole("complementary")).toContainText("Password-free");
  const before = await cloud.writes(id);
  await confirm(await openReview(page, DISABLE), DISABLE);
  await expectOutcome(page, scripts, "Verified");
  await openInstance(page, name);
  await confirm(await openReview(page, ENABLE), ASK);
  await expectOutcome(page, scripts, "Waiting for approval");
  await page.getByRole("button", { name: "Take the request back" }).click();
  await expectOutcome(page, scripts, "Cancelled");
  expect(await cloud.writes(id)).toHaveLength(before.length + 1);
});
