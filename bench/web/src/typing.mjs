// From a letter in the search box to its rows, painted. Nothing slowed down.
import { launch, visit } from "./browser.mjs";

const WORDS = ["orders", "cache", "prod", "session", "r-bp1", "queue", "10.0", "staging"];

/**
 * Milliseconds of each letter, from the time stamp of its `input` event to the first task after the animation frame that
 * follows the rows' coming into the page: by then the frame with them was laid out and painted.
 */
export async function measureTyping(portal, times) {
  const browser = await launch();
  const spans = [];
  try {
    const page = await visit(browser, portal.url, portal.cookie);
    for (let word = 0; spans.length < times; word++) {
      await page.goto(`${portal.url}/instances`, { waitUntil: "load" });
      await page.waitForFunction(() => window.__seen.awake !== undefined);
      await page.evaluate(listen);
      await page.getByRole("searchbox").focus();
      for (const letter of WORDS[word % WORDS.length]) {
        if (spans.length === times) break;
        await page.evaluate(() => (window.__typed.painted = undefined));
        await page.keyboard.press(letter);
        await page.waitForFunction(() => window.__typed.painted !== undefined);
        spans.push(await page.evaluate(() => window.__typed.painted - window.__typed.at));
      }
    }
  } finally {
    await browser.close();
  }
  return spans;
}

/** Runs in the page. */
function listen() {
  const typed = { at: 0, painted: undefined };
  window.__typed = typed;
  addEventListener("input", (event) => (typed.at = event.timeStamp), true);
  // The part that the filters are about comes anew with each answer, with rows or without.
  const part = document.querySelector("form[data-filters]").dataset.filters;
  const isNews = ({ addedNodes }) => [...addedNodes].some((node) => node.id === part);
  new MutationObserver((changes) => {
    if (!changes.some(isNews)) return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => (typed.painted ??= performance.now());
      channel.port2.postMessage("");
    });
  }).observe(document.body, { subtree: true, childList: true });
}
