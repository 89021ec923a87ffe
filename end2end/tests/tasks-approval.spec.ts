// A task: approve from a phone what a colleague asked for.
import { signInByHand, whenReadByHand } from "../support/by-hand.ts";
import { expect, sharedTest as test } from "../support/drill.ts";
import { Effort } from "../support/effort.ts";
import { expectOutcome, signIn } from "../support/steps.ts";

test.use({
  share: "task: approval",
  sharedDrill: {
    people: { olga: "operator", anna: "approver" },
    settings: { approval_to_open_development: "always" },
  },
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
});

const [NAME, ID] = ["orders-cache-dev", "r-bp1ordersdev0001"];

const ALLOWED = { clicks: 4, keys: 0 };

test("approve from a phone", async ({ page, portal, cloud, scripts }, info) => {
  const olga = await signInByHand(portal, "olga");
  await signIn(page, portal, "anna");
  const place = { account: "acme-retail", region: "cn-hangzhou", id: ID };
  await whenReadByHand(olga, place.account, place.region, place.id);
  const review = await olga.post("/api/ui/review/take", { ...place, to: "password-free" });
  await olga.post("/api/ui/change/confirm", { review, key: review, reason: "load test, OPS-7" });

  // Where signing in leads.
  const waits = page.getByRole("link", { name: "1 request waits for your decision" });
  await expect(async () => {
    await page.goto("/instances");
    await expect(waits).toBeVisible({ timeout: 250 });
  }).toPass({ timeout: 30_000 });
  const effort = new Effort(page, true);
  await effort.click(waits);
  await expect(page).toHaveURL(/\/changes\?waiting=1$/);
  await effort.click(page.getByRole("row").filter({ hasText: NAME }).getByRole("link").first());
  await effort.click(page.getByRole("button", { name: "Check and decide…" }));
  const decision = page.getByRole("article");
  await expect(decision).toContainText("load test, OPS-7");
  const approve = decision.getByRole("button", { name: "Approve", exact: true });
  // Wide enough for a thumb, and on the screen without a sideways move.
  const box = await approve.boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(24);
  expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(390);
  await effort.click(approve);
  await page.waitForURL("**/changes/*");
  await expectOutcome(page, scripts, "Verified");
  expect(await cloud.writes(ID)).toHaveLength(1);
  await effort.expectAtMost(ALLOWED, info);
});
