// Pictures of pages, the same from run to run: what a clock or a die decides is written over before one is taken.
//
// They lie in tests/visual/pictures; CONTRIBUTING.md says how they are renewed.
import type { BrowserContext, Page } from "@playwright/test";

import { signInByHand } from "./by-hand.ts";
import { awake } from "./live.ts";
import type { Portal } from "./portal.ts";
import { expect } from "./test.ts";

/** Of a portal that is pictured: slow enough that a change has settled before it is read back for the first time. */
export const TIMING = "0.06";

export const WIDTHS = [1440, 768, 360];

/** No picture is higher. */
const HIGHEST = 1600;
/** Or lower. */
const LOWEST = 640;
/** Of a dialog, which scrolls inside. */
const DIALOG = 1000;

/**
 * What is written over, and with what. Shapes stay, so that everything stands where it stood; an age gets one unit, as it
 * would be a second in one run and a minute in the next.
 */
const FIXED: [RegExp, string][] = [
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "0f0f0f0f-0a0a-4b4b-8c8c-0d0d0d0d0d0d"],
  [/\b[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\b/g, "0F0F0F0F-0A0A-4B4B-8C8C-0D0D0D0D0D0D"],
  [/\b(?=[a-z]*\d)[0-9a-f]{32,64}\b/g, "0f1e2d3c4b5a69788796a5b4c3d2e1f0"],
  [/\b(?=[a-z]*\d)(?=\d*[a-z])[0-9a-f]{8,16}\b/g, "0f1e2d3c"],
  [/\b20[2-9]\d-\d\d-\d\d([ T])\d\d:\d\d:\d\d(\.\d+)?/g, "2026-03-04$105:06:07"],
  [/\b20[2-9]\d-\d\d-\d\d([ T])\d\d:\d\d\b/g, "2026-03-04$105:06"],
  [/\b20[2-9]\d-\d\d-\d\d\b/g, "2026-03-04"],
  [/(?<![\d:])\d\d:\d\d:\d\d\b/g, "05:06:07"],
  [/\b127\.0\.0\.1:\d+/g, "127.0.0.1:4000"],
  [/\b\d+(\.\d+)? (ms|s|min|h|d)\b( \d+ min)?/g, "7 min"],
  [/\d+ (秒|分钟|小时|天)( \d+ 分钟)?(?=前|后)/g, "7 分钟"],
  [/\b(Chrome|HeadlessChrome|Chromium)[ /]\d[\d.]*/g, "$1 100"],
];

/** Takes this page as it stands, in these widths, under this name; differences as a new Chromium makes are none. */
export async function picture(page: Page, name: string, widths: number[] = [1440]): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await awake(page);
  for (const width of widths) {
    const isDialog = (await page.locator("dialog[open]").count()) > 0;
    await resize(page, width, isDialog ? DIALOG : LOWEST);
    await page.evaluate(writeOver, FIXED.map(([pattern, text]) => [pattern.source, pattern.flags, text]));
    const height = isDialog ? DIALOG : await page.evaluate(() => document.documentElement.scrollHeight);
    await resize(page, width, Math.min(HIGHEST, height));
    const suffix = widths.length > 1 ? `-${width}` : "";
    await expect.soft(page).toHaveScreenshot(`${name}${suffix}.png`, { maxDiffPixelRatio: 0.002 });
  }
}

/** Until the page knows of it and was laid out anew. */
async function resize(page: Page, width: number, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.waitForFunction(([width, height]) => innerWidth === width && innerHeight === height, [width, height]);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** A browser of somebody who signed in without it, so that every picture of a worker is of one session. */
export async function visit(context: BrowserContext, portal: Portal, cookie: string): Promise<Page> {
  const cookies = cookie.split("; ").map((pair) => {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    return { name, value: pair.slice(at + 1), url: portal.url.replace("http:", "https:") };
  });
  await context.addCookies(cookies);
  return context.newPage();
}

/** Once everything was read that can be: the one instance that is throttled cannot. */
export async function settled(portal: Portal, person: string): Promise<void> {
  const hand = await signInByHand(portal, person);
  const late = Date.now() + 60_000;
  let before = "";
  for (;;) {
    const body = (await hand.get("/overview")).body.toString();
    const [, read, all] = /(\d+) of (\d+) read/.exec(body.replaceAll(/<[^>]+>/g, "")) ?? [];
    const shown = await hand.get("/instances/export.json?sort=exposure");
    const now = JSON.stringify(JSON.parse(shown.body.toString()).instances, (key, value) => (key.endsWith("_at") ? "" : value));
    if (Number(read) === Number(all) - 1 && now === before) return;
    if (Date.now() > late) throw new Error(`the fleet was never read: ${read} of ${all}`);
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Runs in the page. */
function writeOver(fixed: string[][]): void {
  const patterns = fixed.map(([source, flags, text]) => [new RegExp(source, flags), text] as const);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const before = node.nodeValue ?? "";
    const after = patterns.reduce((text, [pattern, fixed]) => text.replace(pattern, fixed), before);
    if (after !== before) node.nodeValue = after;
  }
}
