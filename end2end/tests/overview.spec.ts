// The fleet at a glance: every number is that of the list it leads to.
import { expect, sharedTest as test } from "../support/drill.ts";
import { matching, names, PAGE } from "../support/list.ts";
import { signIn } from "../support/steps.ts";

test.use({ share: "overview", sharedDrill: { simulator: ["--accounts", "2", "--instances", "60"] } });

const CHARTS = {
  "How they are entered": "access",
  Exposure: "exposure",
  "By account": "account",
  "By region": "region",
  "By environment": "environment",
  "By version": "version",
};

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  // While a fleet is read for the first time, its counts may be half a second older than its coverage.
  let before = "";
  await expect(async () => {
    await page.goto("/overview");
    await expect(page.getByText("59 of 60 read")).toBeVisible({ timeout: 250 });
    const now = await page.getByRole("table", { name: "How they are entered", exact: true }).innerText();
    const isSettled = now === before;
    before = now;
    expect(isSettled).toBe(true);
  }).toPass({ intervals: [600] });
});

for (const [caption, parameter] of Object.entries(CHARTS)) {
  test(`${caption}: each row leads to as many instances as it says`, async ({ page }) => {
    await expect(page.getByRole("heading", { level: 2, name: caption, exact: true })).toBeVisible();
    const table = page.getByRole("table", { name: caption, exact: true });
    const rows = await table.locator("tbody tr").evaluateAll((rows) =>
      rows.map((row) => ({
        href: row.querySelector("a")?.getAttribute("href") ?? "",
        count: Number(row.querySelector(".num")?.textContent?.replaceAll(",", "")),
      })),
    );
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(60);
    for (const { href, count } of rows) {
      expect(new URL(href, "http://x").searchParams.has(parameter), href).toBe(true);
      await page.goto(href);
      expect(await matching(page), href).toBe(count);
      expect((await names(page)).length, href).toBe(Math.min(count, PAGE));
    }
  });
}

test("what needs a look stands there, the worst first, and leads to the rest", async ({ page }) => {
  const card = page.locator(".card").filter({ has: page.getByRole("heading", { name: "Needs a look", exact: true }) });
  await expect(async () => {
    await page.reload();
    const first = card.getByRole("listitem").first();
    await expect(first).toContainText("critical", { timeout: 250 });
    await expect(first).toContainText("Password-free", { timeout: 250 });
  }).toPass();
  const worst = await card.getByRole("listitem").getByRole("link").allTextContents();
  await card.getByRole("link", { name: "See all" }).click();
  await expect(page).toHaveURL(/\?sort=exposure$/);
  expect((await names(page)).slice(0, worst.length)).toEqual(worst);
  await page.goBack();
  const sentence = await card.getByRole("listitem").first().locator("span").last().textContent();
  await card.getByRole("link", { name: worst[0], exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: worst[0] })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Who could get in" })).toBeVisible();
  await expect(page.getByText(sentence ?? "", { exact: true })).toBeVisible();
  await expect(page.getByText("What this rests on")).toBeVisible();
});
