// First visits on a slow phone: four times slower, 1.6 Mbit/s, 150 ms there and back, nothing cached.
import { launch, visit } from "./browser.mjs";
import { median } from "./numbers.mjs";

const SLOWER = 4;
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };

/** Medians of so many visits, each of a browser context of its own. `islands`: whether the page has any to wait for. */
export async function measureLoads({ name, url, cookie, islands }, times) {
  const browser = await launch();
  const visits = [];
  try {
    for (let at = 0; at < times; at++) visits.push(await load(browser, url, cookie, islands));
  } finally {
    await browser.close();
  }
  const of = (key) => median(visits.map((visit) => visit[key]));
  const kinds = Object.fromEntries(Object.keys(visits[0].kinds).map((kind) => [kind, median(visits.map((v) => v.kinds[kind] ?? 0))]));
  return {
    name,
    contentful: of("contentful"),
    interactive: of("interactive"),
    shift: Math.max(...visits.map((visit) => visit.shift)),
    bytes: of("bytes"),
    kinds,
  };
}

async function load(browser, url, cookie, islands) {
  const page = await visit(browser, url, cookie);
  try {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", NETWORK);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    const kinds = {};
    const kindOf = new Map();
    session.on("Network.responseReceived", ({ requestId, type }) => kindOf.set(requestId, type));
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const kind = kindOf.get(requestId) ?? "Other";
      kinds[kind] = (kinds[kind] ?? 0) + encodedDataLength;
    });
    await page.goto(url, { waitUntil: "load", timeout: 60_000 });
    const isThere = (islands) => window.__seen.contentful !== undefined && (!islands || window.__seen.awake !== undefined);
    await page.waitForFunction(isThere, islands, { timeout: 60_000 });
    // What comes late (icons, a shift after the islands woke) is counted too.
    await page.waitForTimeout(1000);
    const seen = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation");
      return { ...window.__seen, ready: navigation.domContentLoadedEventEnd };
    });
    // A page without islands answers as soon as it is painted and parsed.
    const interactive = Math.max(seen.contentful, islands ? seen.awake : seen.ready);
    const bytes = Object.values(kinds).reduce((sum, size) => sum + size, 0);
    return { contentful: seen.contentful, interactive, shift: seen.shift, bytes, kinds };
  } finally {
    await page.context().close();
  }
}
