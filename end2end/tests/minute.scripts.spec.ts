// A minute is a minute: the door shuts by itself and is proven shut, also when the portal was killed in between.
import { expect, test } from "../support/drill.ts";
import { confirm, ENABLE, expectOutcome, openInstance, openReview, rowOf, signIn } from "../support/steps.ts";

test("a door opened for a minute shuts by itself, also past a kill of the portal", async ({ page, portal, cloud, complaints }) => {
  test.setTimeout(180_000);
  const [name, id] = ["orders-cache-dev", "r-bp1ordersdev0001"];
  await signIn(page, portal, "olga");
  await openInstance(page, name);
  const review = await openReview(page, ENABLE);
  // Shorter than what is offered, and the shortest there is.
  await review.getByLabel("For how long").evaluate((field: HTMLSelectElement) => (field.options[0].value = "60"));
  await review.getByLabel("For how long").selectOption("60");
  await confirm(review, ENABLE);
  await expectOutcome(page, true, "Verified");
  await portal.kill();
  await portal.startAgain();
  // With scripts the open page asked a portal that was dead.
  complaints.splice(0);
  await page.goto(`${portal.url}/instances?q=${name}`);
  await expect(rowOf(page, name)).toContainText("Password-free");
  // Nobody does anything: the list follows by itself.
  await expect(rowOf(page, name)).toContainText("Password required", { timeout: 120_000 });
  expect(await cloud.writes(id)).toHaveLength(2);
  await page.goto(`${portal.url}/changes`);
  await expect(page.getByRole("main")).toContainText("Verified");
});
