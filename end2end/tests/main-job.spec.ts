// The job the portal is for: sign in, find an instance, enable password-free access, see the proof, disable it again.
import type { Page } from "@playwright/test";

import { test as drill } from "../support/drill.ts";
import type { Simulator } from "../support/simulator.ts";
import { expect, test as sandbox } from "../support/sandbox.ts";
import {
  confirm,
  DISABLE,
  ENABLE,
  expectOutcome,
  openReview,
  REQUEST_ID,
  rowOf,
  search,
  signIn,
  whenRead,
} from "../support/steps.ts";

const NAME = "orders-cache-dev";
const ID = "r-bp1ordersdev0001";

/** From the list to the proof and back, for somebody who is signed in. */
async function mainJob(page: Page, scripts: boolean): Promise<void> {
  await whenRead(page, NAME);
  await page.goto("/instances");
  await search(page, NAME, scripts);
  const row = rowOf(page, NAME);
  await expect(row).toContainText(ID);
  await expect(row).toContainText("Password required");
  await page.getByRole("link", { name: NAME, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: NAME })).toBeVisible();

  const review = await openReview(page, ENABLE);
  if (scripts) await expect(page.getByRole("dialog", { name: `${ENABLE} on ${NAME}?` })).toBeVisible();
  await expect(review).toContainText("All 9 checks pass");
  await review.getByLabel("Reason").fill("Load test of the new order service");
  await confirm(review, ENABLE);

  const outcome = await expectOutcome(page, scripts, "Verified");
  await expect(outcome).toContainText(`${NAME} now is password-free inside its VPC. Read back twice, `);
  await expect(outcome).toContainText(REQUEST_ID);
  const requestId = await outcome.getByRole("code").textContent();
  await page.reload();
  await expect(outcome).toContainText("Verified");
  await expect(outcome).toContainText(requestId ?? "");
  await expect(page.getByText("Load test of the new order service")).toBeVisible();

  await page.goto(`/instances?q=${NAME}`);
  await expect(rowOf(page, NAME)).toContainText("Password-free");
  const lever = page.getByRole("switch", { name: `Password-free access of ${NAME}` });
  await expect(lever).toBeChecked();
  await page.getByRole("link", { name: NAME, exact: true }).click();
  await expect(lever).toBeChecked();

  await confirm(await openReview(page, DISABLE), DISABLE);
  await expect(await expectOutcome(page, scripts, "Verified")).toContainText(`${NAME} now requires the password.`);
  await page.goto(`/instances?q=${NAME}`);
  await expect(lever).not.toBeChecked();
}

/** The cloud received one write for each wish, in the words that read backwards. */
async function expectOneWriteEach(cloud: Simulator, scheme: string): Promise<void> {
  const writes = await cloud.writes();
  expect(writes.map((write) => write.parameters.VpcAuthMode)).toEqual(["Close", "Open"]);
  for (const write of writes) {
    expect(write).toMatchObject({ instance: ID, scheme, result: { status: 200, code: null } });
    expect(write.applied_at).not.toBeNull();
  }
  expect(new Set(writes.map((write) => write.nonce)).size).toBe(2);
  expect((await cloud.instance(ID)).VpcAuthMode).toBe("Open");
}

sandbox("the main job, in the sandbox", async ({ page, scripts }) => {
  sandbox.setTimeout(120_000);
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.getByRole("button", { name: "Sign in as lin.wei (operator)" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Instances" })).toBeVisible();
  await mainJob(page, scripts);
});

for (const signature of ["v1", "v3"] as const) {
  for (const database of ["sqlite", "postgres"] as const) {
    drill.describe(() => {
      drill.use({ drill: { signature, database } });

      drill(`the main job, signed as ${signature}, remembered by ${database}`, async ({ page, portal, cloud, scripts }) => {
        await signIn(page, portal, "olga");
        await mainJob(page, scripts);
        await expectOneWriteEach(cloud, signature);
      });
    });
  }
}
