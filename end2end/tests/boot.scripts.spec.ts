// The real program in the real page.
import { expect, test } from "../support/test.ts";
import { watchNetwork } from "../support/wire.ts";

const AWAKE = "leptos-island[data-awake]";
const ASLEEP = "leptos-island:not([data-awake])";

test("every island wakes up", async ({ page }) => {
  await page.goto("/");
  await expect(page.locator(AWAKE)).not.toHaveCount(0);
  await expect(page.locator(ASLEEP)).toHaveCount(0);
});

test("islands in HTML that is fetched later wake up", async ({ page }) => {
  await page.goto("/");
  await expect(page.locator(AWAKE)).not.toHaveCount(0);
  const islands = await page.locator("leptos-island").count();
  await page.evaluate(async () => {
    const html = await (await fetch("/")).text();
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

test("nothing is fetched twice, and a second visit fetches only the page", async ({ page }) => {
  const network = await watchNetwork(page);
  await page.goto("/");
  await expect(page.locator(AWAKE)).not.toHaveCount(0);
  await page.waitForLoadState("networkidle");
  const first = network.sent.splice(0);
  expect(first.filter((path) => path.endsWith(".wasm"))).toHaveLength(1);
  expect(first.toSorted()).toEqual([...new Set(first)].toSorted());

  await page.goto("/");
  await expect(page.locator(AWAKE)).not.toHaveCount(0);
  await page.waitForLoadState("networkidle");
  expect(network.sent).toEqual(["/"]);
});
