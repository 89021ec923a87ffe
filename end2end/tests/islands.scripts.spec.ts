// The real program in the real pages.
import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";
import { watchNetwork } from "../support/wire.ts";

const AWAKE = "leptos-island[data-awake]";
const ASLEEP = "leptos-island:not([data-awake])";

test.beforeEach(({ page, portal }) => signIn(page, portal, "chen.yu"));

test("every island of every page wakes up", async ({ page }) => {
  for (const path of ["/overview", "/accounts", "/instances", "/instances/acme-retail/cn-hangzhou/r-bp1ordersdev0001", "/changes", "/audit"]) {
    await page.goto(path);
    await expect(page.locator(AWAKE), path).not.toHaveCount(0);
    await expect(page.locator(ASLEEP), path).toHaveCount(0);
  }
});

test("islands in HTML that is fetched later wake up", async ({ page }) => {
  await page.goto("/instances");
  await expect(page.locator("main").locator(AWAKE)).not.toHaveCount(0);
  const islands = await page.locator("leptos-island").count();
  await page.evaluate(async () => {
    const html = await (await fetch("/instances")).text();
    const fetched = new DOMParser().parseFromString(html, "text/html").querySelector("main")!;
    document.querySelector("main")!.replaceWith(fetched);
  });
  await expect(page.locator("main").locator(ASLEEP)).not.toHaveCount(0);
  await page.evaluate(() => {
    const { wake } = (window as never as { __latchkey: { wake(region: Element): void } }).__latchkey;
    wake(document.querySelector("main")!);
  });
  await expect(page.locator(AWAKE)).toHaveCount(islands);
  await expect(page.locator(ASLEEP)).toHaveCount(0);
});

test("nothing is fetched twice, and a second page fetches only itself", async ({ browser, portal }) => {
  // A browser that has never been here.
  const context = await browser.newContext({ baseURL: portal.url });
  const page = await context.newPage();
  await page.goto("/sign-in");
  const network = await watchNetwork(page);
  await signIn(page, portal, "chen.yu");
  await expect(page.locator(AWAKE)).not.toHaveCount(0);
  await page.waitForLoadState("networkidle");
  const first = network.sent.splice(0);
  const assets = first.filter((path) => path.startsWith("/assets/"));
  expect(assets.map((path) => path.split(".").at(-1)).toSorted()).toEqual(["js", "js", "wasm"]);

  await page.goto("/audit");
  await expect(page.locator(AWAKE)).not.toHaveCount(0);
  await page.waitForLoadState("networkidle");
  expect(network.sent.toSorted()).toEqual(["/audit", "/events"]);
  await context.close();
});
