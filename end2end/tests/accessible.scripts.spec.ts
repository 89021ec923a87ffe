// axe-core on every page and in the open dialog: both languages, light and dark, on a screen and on a phone.
import type { Page } from "@playwright/test";

import { expectAccessible } from "../support/axe.ts";
import { expect, sharedTest } from "../support/drill.ts";
import { signIn } from "../support/steps.ts";
import { type Made, makeViews, type View, views } from "../support/views.ts";

const test = sharedTest.extend<object, { made: Made }>({
  made: [async ({ running }, use) => use(await makeViews(running.portal)), { scope: "worker" }],
});

const WIDTHS = { screen: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } };

/** Reviews: one that can be confirmed in production, one that closes a door, one that is blocked. */
const REVIEWED = ["cn-shanghai/r-uf6sessions00001", "cn-beijing/r-2zeinventory0001", "cn-hangzhou/r-bp1partners00001"];

const dialogs: View[] = REVIEWED.map((place) => ({
  name: `review of ${place}`,
  open: async (page: Page) => {
    await page.goto(`/instances/acme-retail/${place}`);
    await page.getByRole("main").getByRole("switch").click();
    await expect(page.getByRole("dialog").getByRole("article")).toBeVisible();
  },
}));

for (const locale of ["en", "zh-CN"]) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [device, viewport] of Object.entries(WIDTHS)) {
      test.describe(() => {
        test.use({ locale, colorScheme, viewport, contextOptions: { reducedMotion: "reduce" } });

        test(`every page is accessible: ${locale}, ${colorScheme}, ${device}`, async ({ page, portal, made, complaints }) => {
          await page.goto("/sign-in");
          await look(page);
          await signIn(page, portal, "olga");
          for (const { open } of [...views(made), ...dialogs]) {
            await open(page);
            await look(page);
          }
          expect(complaints.splice(0).filter((complaint) => !complaint.includes("404"))).toEqual([]);
        });
      });
    }
  }
}

async function look(page: Page): Promise<void> {
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider, `${page.url()} is wider than the screen`).toBe(0);
}
