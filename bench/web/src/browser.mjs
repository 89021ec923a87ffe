// Chromium, and what each page of it says about itself.
import { chromium } from "playwright-core";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

export function launch(...extra) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...ARGS, ...extra] });
}

/**
 * A browser that was never here, with the session's cookie if there is one. `isOlder`: one that does not tell of
 * navigations, so that every page is loaded anew. `style`: a style sheet beside those of the pages.
 */
export async function visit(browser, url, cookie, { isOlder, style } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  if (cookie) {
    const at = cookie.indexOf("=");
    // The cookie is for secure origins, which loopback is.
    const secure = url.replace("http:", "https:");
    await context.addCookies([{ name: cookie.slice(0, at), value: cookie.slice(at + 1), url: secure }]);
  }
  await context.addInitScript(watch);
  if (isOlder) await context.addInitScript(age);
  if (style) await context.addInitScript(dress, style);
  return context.newPage();
}

/** Runs in each page before its own scripts: a sheet of a script is not subject to the page's policy. */
function dress(style) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}

/** Runs in each page before its own scripts. */
function age() {
  Object.defineProperty(window, "navigation", { value: undefined });
}

/** Runs in each page before its own scripts: keeps what happened when, in milliseconds since the page was asked for. */
function watch() {
  const seen = { shift: 0, contentful: undefined, largest: undefined, awake: undefined };
  window.__seen = seen;
  const observe = (type, hear) => {
    new PerformanceObserver((list) => list.getEntries().forEach(hear)).observe({ type, buffered: true });
  };
  observe("layout-shift", (entry) => (seen.shift += entry.value));
  observe("paint", (entry) => {
    if (entry.name === "first-contentful-paint") seen.contentful = entry.startTime;
  });
  observe("largest-contentful-paint", (entry) => (seen.largest = entry.startTime));
  // A page that was put in place of another is no first paint: its heading tells when it was painted, and the rest with it.
  addEventListener("turned", () => document.querySelector("h1").setAttribute("elementtiming", "heading"));
  observe("element", (entry) => (seen.largest = entry.renderTime));
  // The portal marks each island that woke; the skeleton, once its last one did.
  const check = () => {
    if (seen.awake !== undefined || document.readyState === "loading") return;
    const islands = document.querySelectorAll("leptos-island").length;
    const asleep = document.querySelectorAll("leptos-island:not([data-awake])").length;
    const isAwake = document.body.hasAttribute("data-awake") || (islands > 0 && asleep === 0);
    if (isAwake) seen.awake = performance.now();
  };
  new MutationObserver(check).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-awake"] });
}
