// Every page and state that is not among the key pages, once: empty, refused, failed, not found, blocked.
import type { Page } from "@playwright/test";

import { enableByHand, signInByHand } from "../../support/by-hand.ts";
import { expect, sharedTest } from "../../support/drill.ts";
import { picture, settled, TIMING, visit } from "../../support/pictures.ts";
import { PEOPLE, type Portal, startServed } from "../../support/portal.ts";
import { fillSignIn } from "../../support/steps.ts";
import { type Made, makeViews, views } from "../../support/views.ts";

interface Ready {
  made: Made;
  /** Path of a change that the cloud refused. */
  refused: string;
  /** Cookie by name. */
  cookies: Record<string, string>;
}

const test = sharedTest.extend<object, { ready: Ready }>({
  ready: [
    async ({ running: { portal } }, use) => {
      await settled(portal, "vera");
      const made = await makeViews(portal);
      const olga = await signInByHand(portal, "olga");
      const refused = await enableByHand(olga, "acme-retail", "cn-shanghai", "r-uf6archive000001", "failed");
      const cookies: Record<string, string> = { olga: olga.cookie };
      for (const name of ["vera", "adam"]) cookies[name] = (await signInByHand(portal, name)).cookie;
      await use({ made, refused, cookies });
    },
    { scope: "worker" },
  ],
});

test.use({
  share: "visual: other pages",
  sharedDrill: { people: { ...PEOPLE, adam: "admin" }, timingScale: TIMING },
  contextOptions: { reducedMotion: "reduce" },
});

// In order, by one browser after the other: what somebody did stands in the audit of the next.
test.describe.configure({ mode: "default" });

/** Pictured with the key pages. */
const KEY = ["overview", "instances", "instance with warnings", "change"];

/** Its numbers and its list of licences are those of one build. */
const OF_A_BUILD = "about";

const named = (name: string) => name.replaceAll(/[^a-z]+/g, "-");

test("every other page", async ({ context, portal, ready, complaints }) => {
  test.setTimeout(180_000);
  const page = await visit(context, portal, ready.cookies.olga);
  const others = views(ready.made).filter(({ name }) => name !== OF_A_BUILD && !KEY.includes(name));
  for (const { name, open } of others) {
    await open(page);
    await picture(page, named(name));
  }
  await page.goto(ready.refused);
  await picture(page, "change-refused");
  // A page that is not there is no success.
  expect(complaints.splice(0).filter((complaint) => !complaint.includes("404"))).toEqual([]);
});

test("dialogs that close a door, are blocked, or let one click do", async ({ context, portal, ready }) => {
  const page = await visit(context, portal, ready.cookies.olga);
  const dialogs = {
    "review-closing": "cn-beijing/r-2zeinventory0001",
    "review-blocked": "cn-hangzhou/r-bp1partners00001",
    "review-development": "eu-central-1/r-gw8unguarded0001",
  };
  for (const [name, place] of Object.entries(dialogs)) {
    await page.goto(`/instances/acme-retail/${place}`);
    await page.getByRole("main").getByRole("switch").click();
    await expect(page.getByRole("dialog").getByRole("article")).toBeVisible();
    await picture(page, name);
  }
});

test("pages of an admin, and what others see there", async ({ context, portal, ready, complaints }) => {
  const page = await visit(context, portal, ready.cookies.adam);
  await take(page, { people: "/people", person: "/people/vera", groups: "/groups" });
  await context.clearCookies();
  const other = await visit(context, portal, ready.cookies.vera);
  await take(other, { "people-refused": "/people", "instance-of-a-viewer": "/instances/acme-retail/cn-shanghai/r-uf6sessions00001" });
  complaints.splice(0);
});

test("pages of nobody", async ({ page, complaints }) => {
  await take(page, { "sign-in": "/sign-in", "signed-out": "/signed-out", "reset-invalid": "/reset?token=nonsense" });
  await page.goto("/sign-in");
  await fillSignIn(page, "olga", "not the password");
  await expect(page.getByRole("alert")).toBeVisible();
  await picture(page, "sign-in-refused");
  complaints.splice(0);
});

test("a portal without an account, and one whose keys are refused", async ({ context, cloud }) => {
  const started: Portal[] = [];
  const start = async (accounts: object[]) => {
    const portal = await startServed({ accounts: accounts as never[], timingScale: TIMING, people: PEOPLE, settings: {} });
    started.push(portal);
    return { portal, cookie: (await signInByHand(portal, "olga")).cookie };
  };
  try {
    const empty = await start([]);
    const page = await visit(context, empty.portal, empty.cookie);
    const pages = { overview: "overview", accounts: "accounts", instances: "instances", changes: "changes", inbox: "inbox" };
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${empty.portal.url}/${path}`);
      await picture(page, `empty-${name}`);
    }
    await page.close();
    await context.clearCookies();
    const wrong = { ...cloud.accounts[0], access_key_secret: "notTheSecretOfThisKey000000000", endpoint: cloud.endpoint, signature: "v1" };
    const refused = await start([wrong]);
    const other = await visit(context, refused.portal, refused.cookie);
    await expect(async () => {
      await other.goto(`${refused.portal.url}/accounts`);
      await expect(other.getByRole("main")).toContainText("no working key", { timeout: 250 });
    }).toPass({ timeout: 30_000 });
    for (const name of ["accounts", "overview", "instances"]) {
      await other.goto(`${refused.portal.url}/${name}`);
      await picture(other, `unread-${name}`);
    }
  } finally {
    for (const portal of started) await portal.stop();
  }
});

/** By the path of each name. */
async function take(page: Page, paths: Record<string, string>): Promise<void> {
  for (const [name, path] of Object.entries(paths)) {
    await page.goto(path);
    await picture(page, name);
  }
}
