// Search or go to: the palette with scripts, the page of the same without.
import { expect, test } from "../support/drill.ts";
import { ENABLE, shownReview, signIn, whenRead } from "../support/steps.ts";

const NAME = "orders-cache-dev";

test("to an instance, to a page, and to a review, by what somebody types", async ({ page, portal, scripts, cloud }) => {
  await signIn(page, portal, "olga");
  await whenRead(page, NAME);
  const find = async (text: string) => {
    if (scripts) {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Search or go to…" }).fill(text);
    } else {
      await page.getByRole("banner").getByRole("link", { name: "Search or go to…" }).click();
      await page.getByRole("searchbox").fill(text);
      await page.getByRole("button", { name: "Search" }).click();
    }
  };
  const role = scripts ? "option" : "link";

  await find(NAME);
  await page.getByRole(role, { name: new RegExp(`^${NAME}`) }).click();
  await expect(page.getByRole("heading", { level: 1, name: NAME })).toBeVisible();

  await find("sess");
  await page.getByRole(role, { name: "Sessions Page" }).click();
  await expect(page).toHaveURL(/\/me\/sessions$/);

  // What acts opens a review, and nothing has happened.
  await find(NAME);
  await page.getByRole(scripts ? "option" : "button", { name: `${ENABLE} on ${NAME}` }).click();
  const review = await shownReview(page, ENABLE);
  await expect(review).toContainText(NAME);
  expect(await cloud.writes("r-bp1ordersdev0001")).toHaveLength(0);
});

test("a viewer is offered no act, and nothing found says so", async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
  await page.goto(`/go?q=${NAME}`);
  await expect(page.getByRole("main").getByRole("link", { name: new RegExp(`^${NAME}`) })).toBeVisible();
  await expect(page.getByRole("main").getByRole("button", { name: /password-free/ })).toHaveCount(0);
  await page.goto("/go?q=there-is-no-such-thing");
  await expect(page.getByRole("main").getByRole("status")).toHaveText("Nothing found");
});
