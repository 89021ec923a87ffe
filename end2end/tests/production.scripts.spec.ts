// The dialog in production: it cannot be confirmed by a slip.
import type { Locator, Page } from "@playwright/test";

import { expect, sharedTest as test } from "../support/drill.ts";
import { confirm, DISABLE, ENABLE, expectOutcome, openInstance, openReview, signIn, whenRead } from "../support/steps.ts";

const NAME = "sessions-prod";
const ID = "r-uf6sessions00001";

async function openDialog(page: Page): Promise<{ dialog: Locator; review: Locator; verb: Locator }> {
  await openInstance(page, NAME);
  const review = await openReview(page, ENABLE);
  const dialog = page.getByRole("dialog", { name: `${ENABLE} on ${NAME}?` });
  await expect(dialog).toBeVisible();
  return { dialog, review, verb: review.getByRole("button", { name: ENABLE, exact: true }) };
}

test("the verb waits for reason and name", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  const { review, verb } = await openDialog(page);
  const reason = review.getByLabel("Reason");
  const name = review.getByLabel(`Type ${NAME} to confirm`);
  await expect(verb).toBeDisabled();
  await name.fill(NAME);
  await expect(verb).toBeDisabled();
  await reason.fill("INC-4711");
  await expect(verb).toBeEnabled();
  for (const wrong of ["", " ", "sessions-pro", "SESSIONS-PROD", "sessions-prod2"]) {
    await name.fill(wrong);
    await expect(verb, wrong).toBeDisabled();
  }
  await name.fill(` ${NAME} `);
  await expect(verb).toBeEnabled();
  await reason.fill("   ");
  await expect(verb).toBeDisabled();
});

test("focus starts on Cancel, stays inside, and goes back to what opened the dialog", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  const { dialog, review } = await openDialog(page);
  await expect(review.getByRole("link", { name: "Cancel" })).toBeFocused();
  // Round and round: what lies behind the dialog is never reached.
  for (let turns = 0; turns < 12; turns++) {
    await page.keyboard.press("Tab");
    const outside = page.locator("body > :not(leptos-island) :focus");
    await expect(outside).toHaveCount(0);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: `${ENABLE}…` })).toBeFocused();

  const lever = page.getByRole("switch", { name: NAME });
  await lever.click();
  await expect(dialog).toBeVisible();
  await review.getByRole("link", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await expect(lever).toBeFocused();
  await expect(lever).not.toBeChecked();

  await lever.click();
  await page.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  await expect(lever).toBeFocused();
});

test("Enter confirms nothing", async ({ page, portal, cloud }) => {
  await signIn(page, portal, "olga");
  const { dialog, review, verb } = await openDialog(page);
  await review.getByLabel("Reason").fill("INC-4711");
  await review.getByLabel("Reason").press("Enter");
  const name = review.getByLabel(`Type ${NAME} to confirm`);
  await name.fill(NAME);
  await name.press("Enter");
  await expect(verb).toBeEnabled();
  await expect(dialog).toBeVisible();
  // Enter on Cancel cancels.
  await review.getByRole("link", { name: "Cancel" }).press("Enter");
  await expect(dialog).toBeHidden();
  expect(await cloud.writes(ID)).toEqual([]);
});

test("what was refused stands in the open dialog, with what was typed", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  const { dialog, review, verb } = await openDialog(page);
  // As if the guard in the page had been taken away.
  await review.getByLabel("Reason").fill("INC-4711");
  await review.getByLabel(`Type ${NAME} to confirm`).fill("sessions-prd");
  await verb.evaluate((button: HTMLButtonElement) => (button.disabled = false));
  await verb.click();
  await expect(dialog.getByRole("alert").filter({ visible: true })).toContainText("That is not the name of this instance.");
  await expect(review.getByLabel("Reason")).toHaveValue("INC-4711");
  const name = review.getByLabel(`Type ${NAME} to confirm`);
  await expect(name).toHaveValue("sessions-prd");
  await expect(name).toBeFocused();
  await expect(verb).toBeDisabled();
  expect(new URL(page.url()).pathname).toContain(ID);
});

test("disabling waits for every tick", async ({ page, portal, cloud }) => {
  await signIn(page, portal, "olga");
  await openInstance(page, "inventory-cache");
  const review = await openReview(page, DISABLE);
  await expect(review.getByRole("link", { name: "Cancel" })).toBeFocused();
  const verb = review.getByRole("button", { name: DISABLE, exact: true });
  await expect(verb).toBeDisabled();
  await review.getByLabel("Reason").fill("INC-4711");
  await expect(verb).toBeDisabled();
  const ticks = review.getByRole("checkbox", { name: "I have made sure of this" });
  await ticks.first().check();
  await expect(verb).toBeDisabled();
  await ticks.last().check();
  await expect(verb).toBeEnabled();
  await ticks.first().uncheck();
  await expect(verb).toBeDisabled();
  expect(await cloud.writes("r-2zeinventory0001")).toEqual([]);
});

test("in development one click is enough, and the switch moves only when it is proven", async ({ page, portal, cloud }) => {
  await signIn(page, portal, "olga");
  await whenRead(page, "reviews-cache-dev");
  const lever = page.getByRole("switch", { name: "reviews-cache-dev" });
  await lever.click();
  const review = page.getByRole("article");
  await expect(review.getByRole("button", { name: ENABLE, exact: true })).toBeEnabled();
  await expect(lever).not.toBeChecked();
  await confirm(review, ENABLE);
  await expectOutcome(page, true, "Verified");
  await page.goto("/instances?q=reviews-cache-dev");
  await expect(lever).toBeChecked();
  expect(await cloud.writes("r-gw8unguarded0001")).toHaveLength(1);
});
