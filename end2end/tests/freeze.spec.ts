// The rules are an admin's to change: a freeze, hours, and an emergency that goes past both.
import { expectAccessible } from "../support/axe.ts";
import { expect, sharedTest as test } from "../support/drill.ts";
import { confirm, ENABLE, expectOutcome, openInstance, openReview, signIn, signInInstead } from "../support/steps.ts";

test.use({
  share: "freeze",
  sharedDrill: { people: { olga: "operator", anna: "approver", adam: "admin" } },
});

test("frozen, nothing is enabled but in an emergency that somebody else looks at", async ({ page, portal, cloud, scripts }) => {
  const [name, id] = ["orders-cache-dev", "r-bp1ordersdev0001"];
  await signIn(page, portal, "adam");
  await page.goto("/policy");
  if (scripts) await expectAccessible(page);
  await page.getByLabel("Why optional").first().fill("the sale");
  await page.getByRole("button", { name: "Stop all changes" }).click();
  await expect(page.getByRole("main")).toContainText("Changes are frozen");
  await expect(page.getByRole("row").filter({ hasText: "the sale" })).toContainText("adam");

  await signInInstead(page, portal, "olga");
  await openInstance(page, name);
  await page.getByRole("button", { name: `${ENABLE}…` }).click();
  await expect(page.getByRole("article")).toContainText("All changes are frozen for now.");
  await expect(page.getByRole("article").getByRole("button", { name: ENABLE, exact: true })).toHaveCount(0);
  expect(await cloud.writes(id)).toHaveLength(0);

  await signInInstead(page, portal, "adam");
  await openInstance(page, name);
  const review = await openReview(page, ENABLE);
  await review.getByText("Emergency", { exact: true }).click();
  await review.getByLabel(/Break the glass/).check();
  await review.getByLabel("Reason").fill("the shop is down, OPS-99");
  const path = await confirm(review, ENABLE);
  await expectOutcome(page, scripts, "Verified");
  await expect(page.getByRole("complementary")).toContainText("Made by you in an emergency: somebody else has to look at it.");
  expect(await cloud.writes(id)).toHaveLength(1);

  await signInInstead(page, portal, "anna");
  const alarm = page.getByRole("alert", { name: /Done in an emergency/ });
  await expect(alarm).toContainText("adam");
  await alarm.getByRole("link", { name }).click();
  await expect(page).toHaveURL(portal.url + path);
  await page.getByLabel("Note optional").fill("agreed on the phone");
  await page.getByRole("button", { name: "It was in order" }).click();
  await expect(page.getByRole("complementary")).toContainText("agreed on the phone");
  await expect(page.getByRole("alert", { name: /Done in an emergency/ })).toHaveCount(0);

  await signInInstead(page, portal, "adam");
  await page.goto("/policy");
  await page.getByRole("button", { name: "Allow changes again" }).click();
  await expect(page.getByRole("main")).toContainText("Nothing is frozen");
});

test("hours that are no hours lose nothing, and outside of hours a change waits", async ({ page, portal, cloud, scripts }) => {
  const [name, id] = ["reviews-cache-dev", "r-gw8unguarded0001"];
  await signIn(page, portal, "adam");
  await page.goto("/policy");
  const rules = page.locator("form[action='/api/ui/policy/rules']").last();
  await page.getByText("Change", { exact: true }).nth(2).click();
  await rules.getByLabel("Approval to enable").selectOption("always");
  await rules.getByLabel("Hours").fill("nine to five");
  await rules.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Write hours such as: allow mon-fri 09:00-18:00");
  await expect(rules.getByLabel("Hours")).toHaveValue("nine to five");
  await expect(rules.getByLabel("Approval to enable")).toHaveValue("always");
  // Never now: the day before yesterday, by the portal's own zone.
  const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  const other = days[(new Date().getUTCDay() + 5) % 7];
  await rules.getByLabel("Approval to enable").selectOption("never");
  await rules.getByLabel("Hours").fill(`allow ${other} 00:00-24:00`);
  await rules.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("main")).toContainText(`allow ${other} 00:00-24:00`);

  await signInInstead(page, portal, "olga");
  await openInstance(page, name);
  const review = await openReview(page, ENABLE);
  await expect(review.getByLabel("When").getByRole("option", { selected: true })).toContainText("as soon as the hours allow it");
  await confirm(review, ENABLE);
  await expectOutcome(page, scripts, "Planned");
  await page.getByRole("button", { name: "Cancel this change" }).click();
  await expectOutcome(page, scripts, "Cancelled");
  expect(await cloud.writes(id)).toHaveLength(0);
});
