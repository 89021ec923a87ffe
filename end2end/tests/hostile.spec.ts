// Whoever may rename things in the cloud writes into the portal's pages. None of it is more than text.
import type { Page } from "@playwright/test";

import { expect, test } from "../support/drill.ts";
import { confirm, ENABLE, expectOutcome, openInstance, openReview, shownReview, signIn, whenRead } from "../support/steps.ts";

const MARKUP = "<img src=x onerror=alert(1)>";
const ID = "r-wz9hostile000001";
const PLACE = `acme-retail/cn-shenzhen/${ID}`;

/** Breaks out of text, attributes, scripts and links where somebody forgot one of them. */
const ATTACKS = {
  InstanceName: MARKUP,
  VpcId: `"><script>alert(2)</script>`,
  VSwitchId: `'-alert(3)-'`,
  ZoneId: "</dd></dl><svg onload=alert(4)>",
  ResourceGroupId: "javascript:alert(5)",
  ChargeType: "{{constructor.constructor('alert(6)')()}}",
  ConnectionDomain: `x" onmouseover="alert(7)`,
};

/** What an attack would leave behind. The portal's own pages have none of these. */
async function expectInert(page: Page): Promise<void> {
  await expect(page.locator("img, iframe, object, embed, svg[onload], [onerror], [onmouseover]")).toHaveCount(0);
  await expect(page.locator("a[href^='javascript:']")).toHaveCount(0);
  // Scripts that came with the page, nobody else's.
  const scripts = page.locator("script:not([src])");
  for (const text of await scripts.allTextContents()) expect(text).not.toContain("alert");
}

test.use({
  drill: {
    prepare: async (cloud) => {
      await cloud.setFields(ID, ATTACKS);
      await cloud.setWhitelist(ID, [{ name: "default", security_ips: "10.1.0.0/24,<b>x</b>" }]);
    },
  },
});

test("names from the cloud are text on every page", async ({ page, portal, scripts }) => {
  await signIn(page, portal, "olga");
  await whenRead(page, MARKUP);
  await page.goto("/instances?q=hostile");
  await expectInert(page);
  await expect(page.getByRole("link", { name: MARKUP, exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "=cmd|' /C calc'!A0", exact: true })).toBeVisible();

  await page.getByRole("link", { name: MARKUP, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(MARKUP);
  await page.getByRole("button", { name: "Read again" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(MARKUP);
  for (const value of [ATTACKS.VSwitchId, ATTACKS.ZoneId, ATTACKS.ResourceGroupId, "<b>x</b>"]) {
    await expect(page.getByText(value, { exact: true }).first()).toBeVisible();
  }
  await expect(page.locator(".main b", { hasText: /^x$/ })).toHaveCount(0);
  await expectInert(page);

  const review = await openReview(page, ENABLE);
  await expect(review.getByRole("heading", { level: 1 })).toHaveText(`${ENABLE} on ${MARKUP}?`);
  await review.getByLabel("Reason").fill(`</textarea><script>alert("reason")</script>`);
  await expectInert(page);
  await confirm(review, ENABLE);
  await expectOutcome(page, scripts, "Verified");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(MARKUP);
  await expectInert(page);

  for (const path of ["/changes", "/audit", `/instances/${PLACE}`]) {
    await page.goto(path);
    await expectInert(page);
  }
});

test("what an address says is text too", async ({ page, portal, complaints }) => {
  await signIn(page, portal, "olga");
  const attack = encodeURIComponent(`"><script>alert(1)</script>`);
  for (const path of [
    `/instances?q=${attack}&account=${attack}&notice=${attack}`,
    `/instances?after=${attack}&after_name=${attack}`,
    `/instances/${attack}/${attack}/${attack}`,
    `/changes?instance=${attack}`,
    `/audit?person=${attack}&code=${attack}&instance=${attack}&change=${attack}`,
    `/reviews/${attack}`,
    `/nowhere/${attack}`,
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 }).first(), path).toBeVisible();
    await expectInert(page);
  }
  expect(complaints.splice(0).filter((complaint) => !/status of 4\d\d/.test(complaint))).toEqual([]);
});

test("a name that turns the reading direction turns nothing but itself", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  await openInstance(page, "invoices-\u202Eehcac");
  const name = page.getByRole("heading", { level: 1 });
  await expect(name).toContainText("invoices-");
  // Isolated: what follows reads on from left to right.
  expect(await name.locator("bdi").evaluate((element) => getComputedStyle(element).unicodeBidi)).toMatch(/isolate/);
  await page.goto("/instances?q=hostile000002");
  await page.getByRole("switch").click();
  await shownReview(page, ENABLE);
});

test("a name as long as one can be breaks no page", async ({ page, portal }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, portal, "olga");
  for (const path of ["/instances?q=hostile000003", "/instances/acme-retail/cn-shenzhen/r-wz9hostile000003"]) {
    await page.goto(path);
    const { width } = (await page.locator("body").boundingBox()) ?? { width: 0 };
    const widest = await page.locator("body *").evaluateAll((elements) =>
      Math.max(
        ...elements
          .filter((it) => it.checkVisibility() && !it.closest(".scroll, .chips, .visually-hidden, .skip"))
          .map((it) => it.getBoundingClientRect().right),
      ),
    );
    expect(widest, path).toBeLessThanOrEqual(width);
  }
});
