// Reflow, motion and colours as a person set them: WCAG 2.2, 1.4.4, 1.4.10, 2.3.3 and 1.4.11.
import type { Page } from "@playwright/test";

import { expect, sharedTest } from "../support/drill.ts";
import { signIn } from "../support/steps.ts";
import { type Made, makeViews, views } from "../support/views.ts";

const test = sharedTest.extend<object, { made: Made }>({
  made: [async ({ running }, use) => use(await makeViews(running.portal)), { scope: "worker" }],
});

test.use({ share: "zoomed" });

const SIZES = {
  "400 % of 1280, that is 320 px": { viewport: { width: 320, height: 640 }, deviceScaleFactor: 4 },
  "200 % of 1440, that is 720 px": { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
};

for (const [name, size] of Object.entries(SIZES)) {
  for (const locale of ["en", "zh-CN"]) {
    test.describe(() => {
      test.use({ ...size, locale, contextOptions: { reducedMotion: "reduce" } });

      test(`no page scrolls sideways at ${name}: ${locale}`, async ({ page, portal, made, complaints }) => {
        await page.goto("/sign-in");
        await expectNoSidewaysScroll(page);
        await signIn(page, portal, "olga");
        for (const { open } of views(made)) {
          await open(page);
          await expectNoSidewaysScroll(page);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        }
        expect(complaints.splice(0).filter((complaint) => !complaint.includes("404"))).toEqual([]);
      });
    });
  }
}

test.describe(() => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("whoever wants no motion gets none", async ({ page, portal, made }) => {
    await signIn(page, portal, "olga");
    for (const path of ["/instances", made.change, made.review]) {
      await page.goto(path);
      const moving = await page.evaluate(() =>
        [...document.querySelectorAll("*")].filter((element) => {
          const style = getComputedStyle(element);
          const seconds = [style.transitionDuration, style.animationDuration].flatMap((list) => list.split(", "));
          return seconds.some((text) => Number.parseFloat(text) > 0.001);
        }).length,
      );
      expect(moving, path).toBe(0);
    }
  });
});

test("with a system's own colours everything that is pressed has an edge, and the focus is seen", async ({ page, portal, made }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await signIn(page, portal, "olga");
  for (const path of ["/instances", "/policy", made.review]) {
    await page.goto(path);
    const bare = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".button, .input, .switch, .chip")]
        .filter((element) => element.checkVisibility())
        .filter((element) => getComputedStyle(element).borderTopStyle === "none" || Number.parseFloat(getComputedStyle(element).borderTopWidth) === 0)
        .map((element) => element.outerHTML.slice(0, 80)),
    );
    expect(bare, path).toEqual([]);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect(outline, path).not.toBe("none");
  }
});

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider, `${page.url()} is wider than the screen`).toBe(0);
}
