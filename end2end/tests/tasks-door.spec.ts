// A task: open a door for two hours, and see it shut by itself.
import { expect, sharedTest as test } from "../support/drill.ts";
import { Effort } from "../support/effort.ts";
import { ENABLE, expectOutcome, rowOf, shownReview, signIn, whenRead } from "../support/steps.ts";

test.use({ share: "task: door", sharedDrill: { calendar: 0 } });

const [NAME, ID] = ["orders-cache-dev", "r-bp1ordersdev0001"];

// With scripts the list narrows while one types; without, Enter asks for it.
const ALLOWED = { scripts: { clicks: 3, keys: 10 }, plain: { clicks: 3, keys: 11 } };

test("open a door for two hours and see it close", async ({ page, portal, cloud, calendar, scripts }, info) => {
  await signIn(page, portal, "olga");
  await whenRead(page, NAME);
  await page.goto("/instances");
  const effort = new Effort(page);
  await effort.fill(page.getByRole("searchbox"), "orders-cac");
  if (!scripts) await effort.press("Enter");
  const lever = rowOf(page, NAME).getByRole("switch");
  await expect(page.getByRole("row").filter({ has: page.getByRole("switch") })).toHaveCount(1);
  await effort.click(lever);
  const review = await shownReview(page, ENABLE);
  // Two hours are what is offered first: nothing to choose.
  await expect(review.getByLabel("For how long").getByRole("option", { selected: true })).toHaveText("2 hours");
  await effort.click(review.getByRole("button", { name: ENABLE, exact: true }));
  await page.waitForURL("**/changes/*");
  await expectOutcome(page, scripts, "Verified");

  await page.goto(`/instances?q=${NAME}`);
  await expect(rowOf(page, NAME)).toContainText(/ends in (2 h|1 h 59 min)/);
  await expect(lever).toBeChecked();
  // Somebody looks now and then: who is away for an hour signs in again.
  for (const [minutes, left] of [[50, /ends in 1 h (10|9) min/], [100, /ends in (20|19) min/]] as const) {
    calendar.move(minutes * 60);
    await page.reload();
    await expect(rowOf(page, NAME)).toContainText(left);
    await expect(lever).toBeChecked();
  }
  expect(await cloud.writes(ID)).toHaveLength(1);
  calendar.move(121 * 60);
  // With scripts the list follows by itself.
  await expect(async () => {
    if (!scripts) await page.reload();
    await expect(rowOf(page, NAME)).toContainText("Password required", { timeout: scripts ? 30_000 : 500 });
  }).toPass({ timeout: 60_000 });
  await expect(lever).not.toBeChecked();
  await expect(rowOf(page, NAME)).not.toContainText("ends in");
  expect((await cloud.writes(ID)).map((write) => write.parameters.VpcAuthMode)).toEqual(["Close", "Open"]);
  await effort.expectAtMost(scripts ? ALLOWED.scripts : ALLOWED.plain, info);
});
