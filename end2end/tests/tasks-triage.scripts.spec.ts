// A task: of ten thousand instances, find the one that is worst off, see who could get in, and shut it.
import type { Page } from "@playwright/test";

import { signInByHand } from "../support/by-hand.ts";
import { expect, sharedTest as test } from "../support/drill.ts";
import { Effort } from "../support/effort.ts";
import { matching, names, PAGE } from "../support/list.ts";
import { DISABLE, expectOutcome, rowOf, shownReview, signIn } from "../support/steps.ts";

test.use({
  share: "task: triage",
  sharedDrill: { simulator: ["--accounts", "1", "--instances", "10000", "--regions", "30"] },
});

/** Known to stand open in production. */
const [NAME, ID] = ["inventory-cache", "r-2zeinventory0001"];
const REASON = "INC-4711";

const ALLOWED = {
  // The overview, what is critical there, production, the instance, its switch, the reason, two ticks, the verb.
  shut: { clicks: 9, keys: REASON.length },
  // One click, one choice, and a text.
  narrow: { clicks: 4, keys: 5 },
};

/** Above the list, with how many there are. */
const production = (page: Page) => page.getByRole("group", { name: "Filter" }).getByRole("link", { name: /^production [\d,]+/i });

test("triage a fleet of 10,000", async ({ page, portal, cloud }, info) => {
  test.setTimeout(180_000);
  await signIn(page, portal, "olga");
  // All are known, though only some could be read by now.
  const hand = await signInByHand(portal, "olga");
  await expect(async () => {
    await hand.post("/api/ui/instance/read-again", { account: "acme-retail", region: "cn-beijing", id: ID });
    const list = (await hand.get("/instances?exposure=critical&environment=production")).body.toString();
    expect(list).toMatch(/of 10,000 read/);
    expect(list).toContain(NAME);
  }).toPass({ timeout: 120_000, intervals: [500] });
  await page.goto("/instances");

  const shutting = new Effort(page);
  await shutting.click(page.getByRole("link", { name: "Overview", exact: true }));
  await shutting.click(page.getByRole("table", { name: "Exposure", exact: true }).getByRole("link", { name: "critical" }));
  await expect(page).toHaveURL(/exposure=critical/);
  await shutting.click(production(page));
  await expect(page).toHaveURL(/environment=production/);
  await shutting.click(rowOf(page, NAME).getByRole("link", { name: NAME, exact: true }));
  await expect(page).toHaveURL(`/instances/acme-retail/cn-beijing/${ID}`);
  await expect(page.getByRole("main")).toContainText("can read and write");
  await shutting.click(page.getByRole("main").getByRole("switch"));
  const review = await shownReview(page, DISABLE);
  await shutting.fill(review.getByLabel("Reason"), REASON);
  for (const tick of await review.getByRole("checkbox").all()) await shutting.click(tick);
  await shutting.click(review.getByRole("button", { name: DISABLE, exact: true }));
  await page.waitForURL("**/changes/*");
  await expectOutcome(page, true, "Verified");
  expect((await cloud.writes(ID)).map((write) => write.parameters.VpcAuthMode)).toEqual(["Open"]);
  await shutting.expectAtMost(ALLOWED.shut, info);

  // What is left of its kind: to three filters the list answers at once, with numbers.
  await page.goto("/instances");
  await expect(page.getByText("10,000 in 1 account, 30 regions")).toBeVisible();
  const narrowing = new Effort(page);
  await narrowing.click(production(page));
  await expect(page).toHaveURL(/environment=production/);
  await narrowing.choose(page.getByRole("combobox", { name: "Region" }), "cn-beijing");
  await expect(page).toHaveURL(/region=cn-beijing/);
  expect(await matching(page)).toBeGreaterThan(PAGE);
  await narrowing.fill(page.getByRole("searchbox"), "queue");
  await expect(page).toHaveURL(/q=queue/);
  await expect.poll(async () => (await names(page)).filter((name) => !name.includes("queue"))).toEqual([]);
  const left = await matching(page);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(PAGE);
  await narrowing.expectAtMost(ALLOWED.narrow, info);
});
