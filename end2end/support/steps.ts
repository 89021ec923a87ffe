// What people do, as they find it: by role and label. Each works with scripts and without.
import type { Locator, Page } from "@playwright/test";

import type { Portal } from "./portal.ts";
import { expect } from "./test.ts";

export const ENABLE = "Enable password-free access";
export const DISABLE = "Disable password-free access";

/** By name and password, to the page the sign-in leads to. */
export async function signIn(page: Page, portal: Portal, name: string): Promise<void> {
  await page.goto(`${portal.url}/sign-in`);
  await fillSignIn(page, name, portal.people[name]);
  await expect(page.getByRole("heading", { level: 1, name: /^(Instances|实例)$/ })).toBeVisible();
}

/** Somebody else at the same browser. */
export async function signInInstead(page: Page, portal: Portal, name: string): Promise<void> {
  await forgetSession(page);
  await signIn(page, portal, name);
}

/** A browser that was never here. A page whose session is gone leaves by itself: so no page is open by then. */
export async function forgetSession(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.context().clearCookies();
}

/** Fills the form of the sign-in page that is open, in whichever language, and sends it. */
export async function fillSignIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel(/^(User name|用户名)$/).fill(name);
  await page.getByLabel(/^(Password|密码)$/).fill(password);
  await page.getByRole("button", { name: /^(Sign in|登录)$/ }).click();
}

/** Types into the list's search box; without scripts the button beside it sends it. */
export async function search(page: Page, text: string, scripts: boolean): Promise<void> {
  await page.getByRole("searchbox").fill(text);
  if (!scripts) await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL((url) => (url.searchParams.get("q") ?? "") === text);
}

/** The row of an instance in the list. */
export function rowOf(page: Page, name: string): Locator {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
}

/** Opens the page of an instance, once the portal has read how it is entered. */
export async function openInstance(page: Page, name: string): Promise<void> {
  await whenRead(page, name);
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name, exact: true })).toBeVisible();
}

/** The list with this instance alone, once its mode was read. */
export async function whenRead(page: Page, name: string): Promise<void> {
  await expect(async () => {
    await page.goto(`/instances?q=${encodeURIComponent(name)}`);
    await expect(rowOf(page, name).locator(".read").getByRole("time")).toHaveCount(1, { timeout: 250 });
  }).toPass({ timeout: 30_000 });
}

/** Presses the button on the page of an instance, and returns the review: a dialog with scripts, a page without. */
export async function openReview(page: Page, label: string): Promise<Locator> {
  await page.getByRole("button", { name: `${label}…` }).click();
  return shownReview(page, label);
}

/** The review that is opening. */
export async function shownReview(page: Page, label: string): Promise<Locator> {
  const review = page.getByRole("article");
  await expect(review.getByRole("heading", { level: 1, name: `${label} on ` })).toBeVisible();
  return review;
}

/** Presses the verb, and waits for the page of the change. Returns its path. */
export async function confirm(review: Locator, label: string): Promise<string> {
  const page = review.page();
  await review.getByRole("button", { name: label, exact: true }).click();
  await page.waitForURL("**/changes/*");
  return new URL(page.url()).pathname;
}

/** Enables or disables where a click is enough, and returns the path of the change. */
export async function change(page: Page, name: string, label: string): Promise<string> {
  await openInstance(page, name);
  return confirm(await openReview(page, label), label);
}

/** The change's page says this in the end: by itself with scripts, at a reload without. */
export async function expectOutcome(page: Page, scripts: boolean, label: string): Promise<Locator> {
  const outcome = page.getByRole("main").getByRole("status");
  const patience = { timeout: 45_000 };
  if (scripts) {
    await expect(outcome).toContainText(label, patience);
  } else {
    await expect(async () => {
      await page.reload();
      expect(await outcome.textContent()).toContain(label);
    }).toPass(patience);
  }
  return outcome;
}

/** The newest rows of the audit with this code, at the portal whose page is open. */
export async function audited(page: Page, code: string): Promise<Locator> {
  await page.goto(new URL(`/audit?code=${code}`, page.url()).href);
  await expect(page.getByRole("heading", { level: 1, name: "Audit" })).toBeVisible();
  return page.getByRole("row").filter({ has: page.getByRole("cell") });
}

/** A cloud's request id. */
export const REQUEST_ID = /[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/;
