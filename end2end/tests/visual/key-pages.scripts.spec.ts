// The six pages that people see most: both themes, both languages, three widths.
import { signInByHand } from "../../support/by-hand.ts";
import { expect, sharedTest } from "../../support/drill.ts";
import { picture, settled, TIMING, visit, WIDTHS } from "../../support/pictures.ts";
import { makeViews } from "../../support/views.ts";

interface Ready {
  change: string;
  cookie: string;
}

const test = sharedTest.extend<object, { ready: Ready }>({
  ready: [
    async ({ running: { portal } }, use) => {
      await settled(portal, "vera");
      const { change } = await makeViews(portal);
      await use({ change, cookie: (await signInByHand(portal, "olga")).cookie });
    },
    { scope: "worker" },
  ],
});

test.use({ share: "visual: key pages", sharedDrill: { timingScale: TIMING } });

/** One door that was opened in the portal, with all that was done to it. */
const CHANGED = "acme-retail/cn-hangzhou/r-bp1ordersdev0001";

for (const locale of ["en", "zh-CN"]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(() => {
      test.use({ locale, colorScheme, contextOptions: { reducedMotion: "reduce" } });

      test(`key pages: ${locale}, ${colorScheme}`, async ({ context, portal, ready }) => {
        const page = await visit(context, portal, ready.cookie);
        const take = (name: string) => picture(page, `${name}-${locale}-${colorScheme}`, WIDTHS);
        await page.goto("/overview");
        await take("overview");
        await page.goto("/instances");
        await take("instances");
        await page.goto("/instances/acme-retail/ap-southeast-1/r-t4nmobile0000001");
        await take("instance");
        await page.goto(ready.change);
        await take("change-verified");
        await page.goto(`/audit?instance=${CHANGED}`);
        await take("audit");
        await page.goto("/instances/acme-retail/cn-shanghai/r-uf6sessions00001");
        await page.getByRole("main").getByRole("switch").click();
        await expect(page.getByRole("dialog").getByRole("article")).toBeVisible();
        await take("review");
      });
    });
  }
}
