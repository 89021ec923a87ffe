// Lighthouse, as it is usually run (a slow phone, simulated), without a network but loopback.
import lighthouse from "lighthouse";

import { launch } from "./browser.mjs";
import { median } from "./numbers.mjs";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const TIMES = 3;
/** Now and then Lighthouse finds no beginning in its own trace, and asks to be run again. */
const TRIES = 4;

/** Scores from 0 to 100 (performance: the median of three), and what cost points in the last run. */
export async function audit({ name, url, cookie }, port) {
  const runs = [];
  for (let at = 0; at < TIMES; at++) runs.push(await once(url, cookie, port));
  const score = (category) => Math.round(median(runs.map((run) => run.categories[category].score ?? 0)) * 100);
  const last = runs.at(-1);
  const lost = CATEGORIES.flatMap((category) =>
    last.categories[category].auditRefs
      .filter(({ weight }) => weight > 0)
      .map(({ id }) => last.audits[id])
      .filter((audit) => audit.score !== null && audit.score < 0.995)
      .map((audit) => `${audit.title}${audit.displayValue ? ` (${audit.displayValue})` : ""}`),
  );
  return { name, scores: Object.fromEntries(CATEGORIES.map((category) => [category, score(category)])), lost };
}

async function once(url, cookie, port) {
  for (let tries = 1; ; tries++) {
    const lhr = await run(url, cookie, port);
    if (!lhr.runtimeError) return lhr;
    if (tries === TRIES) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  }
}

async function run(url, cookie, port) {
  const browser = await launch(`--remote-debugging-port=${port}`);
  try {
    const extraHeaders = cookie ? { cookie } : undefined;
    const { lhr } = await lighthouse(url, { port, onlyCategories: CATEGORIES, logLevel: "silent", extraHeaders });
    return lhr;
  } finally {
    await browser.close();
  }
}
