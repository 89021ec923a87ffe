// How a call can end, told in the right words and no better than it is.
import { expect, sharedTest, test as drill } from "../support/drill.ts";
import type { Simulator } from "../support/simulator.ts";
import {
  audited,
  change,
  confirm,
  DISABLE,
  ENABLE,
  expectOutcome,
  openInstance,
  openReview,
  REQUEST_ID,
  signIn,
} from "../support/steps.ts";

sharedTest.use({ share: "outcomes" });

const NOT_TAKEN = [
  {
    what: "a version that refuses the mode",
    name: "archive-on-disk",
    id: "r-uf6archive000001",
    code: "ParamNotSupportedForCurrentVersion",
  },
  { what: "a key that may not write", name: "r-denied-wallet", id: "r-denied0000000001", code: "Forbidden.RAM" },
];

for (const { what, name, id, code } of NOT_TAKEN) {
  sharedTest(`${what} is a refusal by the cloud, with its code`, async ({ page, portal, cloud, scripts }) => {
    await signIn(page, portal, "olga");
    await change(page, name, ENABLE);
    const outcome = await expectOutcome(page, scripts, "Refused by the cloud");
    await expect(outcome).toContainText(`The cloud refused: ${code}. Nothing was changed.`);
    await expect(outcome).toContainText(REQUEST_ID);
    await expect(outcome.getByRole("link", { name: "Look the code up" })).toHaveAttribute(
      "href",
      `https://api.aliyun.com/troubleshoot?q=${code}&product=R-kvstore`,
    );
    const writes = await cloud.writes(id);
    expect(writes.map((write) => write.result)).toEqual([{ status: 403, code }]);
    expect((await cloud.instance(id)).VpcAuthMode).toBe("Open");
    const rows = (await audited(page, "change.failed")).filter({ hasText: id });
    await expect(rows.first()).toContainText(`cloud_code=${code}`);
  });
}

sharedTest("too many writes are made again and then given up, unchanged", async ({ page, portal, cloud, scripts }) => {
  const id = "r-bp1dingdan000001";
  await cloud.addFault({ action: "ModifyInstanceVpcAuthMode", instance: id, fault: { kind: "throttle" } });
  await signIn(page, portal, "olga");
  await change(page, "订单-预发-缓存", ENABLE);
  const outcome = await expectOutcome(page, scripts, "Too busy");
  await expect(outcome).toContainText("The cloud asked us to slow down. Nothing was changed.");
  const refusal = { status: 400, code: "Throttling.User" };
  const writes = await cloud.writes(id);
  expect(writes.map((write) => write.result)).toEqual([refusal, refusal, refusal]);
  expect(new Set(writes.map((write) => write.nonce)).size).toBe(3);
  expect((await cloud.instance(id)).VpcAuthMode).toBe("Open");
  const rows = (await audited(page, "change.failed")).filter({ hasText: id });
  await expect(rows).toContainText("cloud_code=Throttling.User");
  await expect((await audited(page, "change.attempt-refused")).filter({ hasText: id })).toHaveCount(2);
});

const WITHOUT_AN_ANSWER = [
  { what: "an answer that is an error of the cloud", name: "r-lost-coupons", id: "r-lost000000000001" },
  { what: "a connection that is reset", name: "r-reset-ranking", id: "r-reset00000000001" },
];

for (const { what, name, id } of WITHOUT_AN_ANSWER) {
  sharedTest(`${what} is unknown until reading proves it happened`, async ({ page, portal, cloud, scripts }) => {
    await signIn(page, portal, "olga");
    await change(page, name, ENABLE);
    await expect(await expectOutcome(page, scripts, "Verified")).toContainText("now is password-free inside its VPC");
    const steps = page.getByRole("list").filter({ hasText: "Change requested" });
    await expect(steps).toContainText("No clear answer");
    await expect(steps).toContainText("Reading the real state");
    expect(await cloud.writes(id)).toHaveLength(1);
    await expect((await audited(page, "change.unclear")).filter({ hasText: id })).toHaveCount(1);
    await expect((await audited(page, "change.verified")).filter({ hasText: id })).toContainText("by=reconciler");
  });
}

sharedTest("an error after which nothing changes did not happen", async ({ page, portal, cloud, scripts }) => {
  const id = "r-fails00000000001";
  await signIn(page, portal, "olga");
  await change(page, "r-fails-feed", ENABLE);
  const outcome = await expectOutcome(page, scripts, "Did not happen");
  await expect(outcome).toContainText(/After \d+ reads the value is unchanged\. A late effect is possible until .* UTC/);
  expect(await cloud.writes(id)).toHaveLength(1);
  expect((await cloud.instance(id)).VpcAuthMode).toBe("Open");
  await expect((await audited(page, "change.failed")).filter({ hasText: id })).toContainText("why=not-applied");
});

sharedTest("what is already so is recorded without a call", async ({ page, portal, cloud, scripts }) => {
  const id = "r-gw8guarded000001";
  await signIn(page, portal, "olga");
  await change(page, "profiles-cache-dev", ENABLE);
  await expectOutcome(page, scripts, "Verified");
  // Somebody else closes the door, and the portal's page is older than that.
  await cloud.setFields(id, { VpcAuthMode: "Open" });
  const { review } = await reviewOfOldPage(page, id);
  await expect(review.getByText("Already so: no call will be made")).toBeVisible();
  await review.getByRole("button", { name: "Record that it is already so" }).click();
  await page.waitForURL("**/changes/*");
  const outcome = await expectOutcome(page, scripts, "Already so");
  await expect(outcome).toContainText("It was already so. No call was made.");
  expect(await cloud.writes(id)).toHaveLength(1);
});

/** Opens the review for disabling from a list that still shows the door open. */
async function reviewOfOldPage(page: import("@playwright/test").Page, id: string) {
  await page.goto(`/instances?q=${id}`);
  await page.getByRole("switch").click();
  const review = page.getByRole("article");
  await expect(review.getByRole("heading", { level: 1, name: DISABLE })).toBeVisible();
  return { review };
}

drill.describe(() => {
  drill.use({ drill: { timingScale: "0.004" } });

  drill("what was accepted and never comes needs attention", async ({ page, portal, cloud, scripts }) => {
    const id = "r-never00000000001";
    await signIn(page, portal, "olga");
    await change(page, "r-never-notify", ENABLE);
    const outcome = await expectOutcome(page, scripts, "Needs attention");
    await expect(outcome).toContainText("The cloud accepted it, but the value is “Password required”.");
    expect((await cloud.writes(id)).map((write) => write.result.status)).toEqual([200]);
    await expect((await audited(page, "change.diverged")).filter({ hasText: id })).toContainText("now=password-required");
  });
});

drill.describe(() => {
  drill.use({ drill: { wrongSecret: "not-the-secret-of-this-account" } });

  drill("a wrong key is named on the coverage bar", async ({ page, portal }) => {
    await signIn(page, portal, "olga");
    const coverage = page.getByRole("region", { name: "Coverage" });
    await expect(async () => {
      await page.goto("/instances");
      expect(await coverage.textContent()).toContain("acme-retail: all regions");
    }).toPass();
    await expect(coverage).toContainText("the account has no working key");
    const steps = page.getByRole("region", { name: "First steps" });
    await expect(steps).toContainText("acme-retail, all regions: the account has no working key");
    await expect(steps).toContainText("Look at the account's credential in the configuration.");
  });
});

drill.describe(() => {
  const throttled = { account: "acme-retail", fault: { kind: "throttle" } };
  drill.use({ drill: { prepare: (cloud) => cloud.addFault(throttled) } });

  drill("a throttled account is named on the coverage bar", async ({ page, portal, cloud }) => {
    await signIn(page, portal, "olga");
    const coverage = page.getByRole("region", { name: "Coverage" });
    await expect(async () => {
      await page.goto("/instances");
      expect(await coverage.textContent()).toContain("the cloud asked us to slow down (Throttling.User)");
    }).toPass();
    expect(await cloud.writes()).toEqual([]);
  });
});

const LOST_MEANWHILE = [
  { what: "a key that was disabled", lose: (cloud: Simulator) => cloud.enableKey(cloud.accounts[0].access_key_id, false) },
  { what: "an account that is throttled", lose: (cloud: Simulator) => cloud.addFault({ fault: { kind: "throttle" } }) },
];

for (const { what, lose } of LOST_MEANWHILE) {
  drill(`${what} between review and confirmation stops the change before a call`, async ({ page, portal, cloud, scripts }) => {
    const id = "r-bp1ordersdev0001";
    await signIn(page, portal, "olga");
    await openInstance(page, "orders-cache-dev");
    const review = await openReview(page, ENABLE);
    await lose(cloud);
    await confirm(review, ENABLE);
    await expectOutcome(page, scripts, "Nothing was changed.");
    expect(await cloud.writes(id)).toEqual([]);
    await expect((await audited(page, "change.refused")).filter({ hasText: id })).toHaveCount(1);
  });
}
