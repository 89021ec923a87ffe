// Things that happen while pages are open.
import type { Page, Request } from "@playwright/test";

import type { Hand } from "./by-hand.ts";
import type { Simulator } from "./simulator.ts";
import { expect } from "./test.ts";

const isStream = (request: Request) => new URL(request.url()).pathname === "/events";

/** The streams that this browser has open, each with its page. Watch before the first page opens. */
export function watchStreams(page: Page): Request[] {
  const open: Request[] = [];
  const context = page.context();
  context.on("request", (request) => isStream(request) && open.push(request));
  for (const end of ["requestfinished", "requestfailed"] as const) {
    context.on(end as "requestfinished", (request) => {
      const index = open.indexOf(request);
      if (index >= 0) open.splice(index, 1);
    });
  }
  // Of a page that was closed, nothing is told.
  const forget = (page: Page) =>
    page.on("close", () => {
      for (const gone of open.filter((request) => request.frame().page() === page)) open.splice(open.indexOf(gone), 1);
    });
  forget(page);
  context.on("page", forget);
  return open;
}

/** Waits until every island is awake. The page hears then what happens, too: before, it could happen unheard. */
export async function awake(page: Page): Promise<void> {
  await expect(page.locator("leptos-island:not([data-awake])")).toHaveCount(0);
}

/** Marks the document, and says later whether it is still the same one. */
export async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { samePage: true }));
  return () => page.evaluate(() => "samePage" in window);
}

/** Changes an instance without the portal, and lets a colleague ask for it to be read until the portal knows. */
export async function changeBehind(cloud: Simulator, hand: Hand, place: string, fields: { VpcAuthMode: "Close" | "Open" }) {
  const [account, region, id] = place.split("/");
  await cloud.setFields(id, fields);
  const access = fields.VpcAuthMode === "Close" ? "password-free" : "password-required";
  await expect(async () => {
    await hand.post("/api/ui/instance/read-again", { account, region, id });
    const { body } = await hand.get(`/instances/export.json?key=${place}`);
    expect(JSON.parse(body.toString()).instances).toMatchObject([{ access }]);
  }).toPass();
}

/** Nothing that is asked for in the background is answered any more: the page stays as it is. */
export async function withoutNews(page: Page): Promise<void> {
  await page.route("**/*", (route) => (route.request().headers()["x-latchkey-background"] ? undefined : route.fallback()));
}

/** Keeps the program of every page back, until what it returns is called. */
export async function holdProgram(page: Page): Promise<() => void> {
  let arrive = () => {};
  const program = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/*.wasm", async (route) => {
    await program;
    await route.continue();
  });
  return arrive;
}
