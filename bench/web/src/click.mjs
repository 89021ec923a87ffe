// From a click on a link to the next page, painted. Nothing slowed down; the browser has the scripts and styles.
import { launch, visit } from "./browser.mjs";

export const PORTAL = ["/overview", "/instances", "/changes", "/accounts", "/audit", "/policy"];
export const SKELETON = ["/", "/again"];

/** What the portal does without (decision 26). */
const TRANSITION = `
  @view-transition { navigation: auto; }
  ::view-transition-group(root), ::view-transition-old(root), ::view-transition-new(root) { animation-duration: 80ms; }
`;
export const ANEW = { isOlder: true };
export const ANEW_WITH_TRANSITION = { isOlder: true, style: TRANSITION };

/**
 * Milliseconds of each click: from the time stamp of the click's event to the paint of the next page, as Chromium reports
 * both on one clock. A page that is loaded comes whole from the server, so its largest paint is all of it; one that is put
 * in place of another is painted whole in one frame.
 */
export async function measureClicks({ url, cookie }, round, times, as) {
  const browser = await launch();
  const spans = [];
  try {
    const page = await visit(browser, url, cookie, as);
    for (const path of round) await opened(page, url + path);
    for (let at = 0; spans.length < times; at++) {
      const next = round[at % round.length];
      if (new URL(page.url()).pathname === next) continue;
      await page.evaluate(() => {
        const note = (event) => sessionStorage.setItem("clicked", performance.timeOrigin + event.timeStamp);
        addEventListener("click", note, { capture: true, once: true });
        window.__seen.largest = undefined;
      });
      await page.getByRole("navigation").locator(`a[href="${next}"]`).first().click();
      await page.waitForURL((url) => url.pathname === next, { waitUntil: "load" });
      await painted(page);
      spans.push(
        await page.evaluate(() => performance.timeOrigin + window.__seen.largest - Number(sessionStorage.getItem("clicked"))),
      );
    }
  } finally {
    await browser.close();
  }
  return spans;
}

async function opened(page, url) {
  await page.goto(url, { waitUntil: "load" });
  await painted(page);
}

/** Two frames later nothing of the page is missing, and its islands are awake: the next click is one like all others. */
async function painted(page) {
  await page.waitForFunction(() => window.__seen.largest !== undefined && window.__seen.awake !== undefined);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
