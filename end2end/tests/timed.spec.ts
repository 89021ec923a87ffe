// A door that was opened for a time: it says when it ends, and the end can be put off or brought forward.
import { expect, sharedTest as test } from "../support/drill.ts";
import { confirm, DISABLE, ENABLE, expectOutcome, openInstance, openReview, rowOf, signIn, whenRead } from "../support/steps.ts";

test.use({ share: "timed" });

test("two hours are usual, four the most in production, and the end is put off and brought forward", async ({ page, portal, cloud, scripts }) => {
  const [name, id] = ["orders-cache-dev", "r-bp1ordersdev0001"];
  await signIn(page, portal, "olga");
  await openInstance(page, name);
  const review = await openReview(page, ENABLE);
  const lasts = review.getByLabel("For how long");
  await expect(lasts.getByRole("option", { selected: true })).toHaveText("2 hours");
  await expect(lasts.getByRole("option").last()).toHaveText("until somebody disables it");
  await lasts.selectOption("1 hour");
  await confirm(review, ENABLE);
  await expectOutcome(page, scripts, "Verified");
  await expect(page.getByRole("definition").filter({ hasText: /^1 hour$/ })).toBeVisible();

  await whenRead(page, name);
  await expect(rowOf(page, name)).toContainText(/ends in (1 h|59 min)/);
  await openInstance(page, name);
  const card = page.getByRole("complementary");
  await expect(card).toContainText("Opened by olga until");
  await card.getByText("Put off the end", { exact: true }).first().click();
  await card.getByLabel("From now on, for").selectOption("8 hours");
  await card.getByRole("button", { name: "Put off the end" }).click();
  await expect(card).toContainText(/ends in (8 h|7 h 59 min)/);
  await page.goto("/overview");
  await expect(page.getByRole("main")).toContainText(/ends in (8 h|7 h 59 min)/);

  await openInstance(page, name);
  await confirm(await openReview(page, DISABLE), DISABLE);
  await expectOutcome(page, scripts, "Verified");
  await openInstance(page, name);
  await expect(page.getByRole("complementary")).not.toContainText("ends in");
  expect(await cloud.writes(id)).toHaveLength(2);

  // Production: nobody leaves a door open there.
  await openInstance(page, "sessions-prod");
  const guarded = (await openReview(page, ENABLE)).getByLabel("For how long");
  await expect(guarded.getByRole("option").last()).toHaveText("4 hours");
});
