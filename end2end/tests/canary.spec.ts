// After a full story: no key, secret or signature anywhere but on the wire to the cloud.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { BrowserContext } from "@playwright/test";

import { expect, test } from "../support/drill.ts";
import { PASSWORD } from "../support/portal.ts";
import type { Simulator } from "../support/simulator.ts";
import { change, DISABLE, ENABLE, expectOutcome, openReview, signIn } from "../support/steps.ts";

/** A place, and everything that is there. */
type Places = Map<string, string>;

for (const signature of ["v1", "v3"] as const) {
  test.describe(() => {
    test.use({ drill: { signature, relayed: true } });

    test(`no key, secret or ${signature} signature is shown, sent to a browser, logged or stored`, async ({
      page,
      context,
      portal,
      cloud,
      relay,
      scripts,
      complaints,
    }) => {
      const received = collect(context);
      await signIn(page, portal, "olga");
      await change(page, "orders-cache-dev", ENABLE);
      await expectOutcome(page, scripts, "Verified");
      await change(page, "orders-cache-dev", DISABLE);
      await expectOutcome(page, scripts, "Verified");
      await expect(page.getByText("AccessKeyId=***").or(page.getByText("Credential=***"))).toBeVisible();
      await change(page, "r-denied-wallet", ENABLE);
      await expectOutcome(page, scripts, "Refused by the cloud");
      // A key that stops working: the cloud's own message repeats its id.
      await cloud.enableKey(cloud.accounts[0].access_key_id, false);
      await page.goto("/instances/acme-retail/cn-hangzhou/r-lost000000000001");
      await openReview(page, ENABLE);
      for (const path of ["/overview", "/instances", "/accounts", "/changes", "/audit", "/nowhere"]) await page.goto(path);
      complaints.splice(0);
      // The stream of news ends with the page.
      await page.goto("about:blank");

      const places = await received();
      places.set("the portal's output and log", portal.said());
      const files = readdirSync(portal.folder).filter((name) => name.startsWith("latchkey.db"));
      places.set("the database", files.map((file) => readFileSync(join(portal.folder, file), "latin1")).join(""));
      // The scan can see: what should be in each place is there.
      expect([...places.keys()].filter((place) => place.endsWith(".wasm"))).toHaveLength(1);
      expect(places.get("the database")?.includes("orders-cache-dev")).toBe(true);
      expect(places.get("the portal's output and log")).toContain("the call was made");

      const secrets = keysAndSignatures(cloud, relay.sent());
      expect(secrets.size).toBeGreaterThan(100);
      expect(found(secrets, places)).toEqual([]);
      // Who can read the database is not signed in by it.
      const session = (await context.cookies()).find(({ name }) => name === "__Host-portal")?.value ?? "";
      expect(session).not.toBe("");
      places.forEach((_, place) => place.startsWith("http") && places.delete(place));
      expect(found(new Set([session, PASSWORD]), places)).toEqual([]);
    });
  });
}

/** Every address, header and body that the browser gets, and every cookie. */
function collect(context: BrowserContext): () => Promise<Places> {
  const answers: Promise<[string, string]>[] = [];
  context.on("response", (response) => {
    const whole = async (): Promise<[string, string]> => {
      const headers = JSON.stringify([await response.request().allHeaders(), await response.allHeaders()]);
      // A redirect has no body.
      const body = await response.body().catch(() => Buffer.alloc(0));
      return [response.url(), `${response.url()}\n${headers}\n${body.toString("latin1")}`];
    };
    answers.push(whole());
  });
  return async () => {
    const places: Places = new Map();
    for (const [place, text] of await Promise.all(answers)) places.set(place, (places.get(place) ?? "") + text);
    places.set("http cookies", JSON.stringify(await context.cookies()));
    return places;
  };
}

/** As they are, and as they stand in an address. */
function keysAndSignatures(cloud: Simulator, wire: string): Set<string> {
  const keys = cloud.accounts.flatMap((account) => [account.access_key_id, account.access_key_secret]);
  const signatures = [...wire.matchAll(/\bSignature=([^&\s,]+)/g)].map(([, signature]) => decodeURIComponent(signature));
  const secrets = new Set([...keys, ...signatures]);
  for (const secret of [...secrets]) secrets.add(encodeURIComponent(secret));
  return secrets;
}

/** Which secrets stand in which places. */
function found(secrets: Set<string>, places: Places): string[] {
  const hits = [...places].flatMap(([place, text]) =>
    [...secrets].filter((secret) => text.includes(secret)).map((secret) => `${secret.slice(0, 6)}… in ${place}`),
  );
  return hits.slice(0, 10);
}
