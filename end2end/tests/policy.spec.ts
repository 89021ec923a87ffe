// What the portal forbids a browser, on every kind of page.
import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";
import { cookiesOf, fetchRaw } from "../support/wire.ts";

const PAGES = ["/sign-in", "/instances", "/changes", "/audit", "/nowhere"];

test("every page has a strict security policy, with a nonce of its own", async ({ page, context, portal }) => {
  await signIn(page, portal, "chen.yu");
  const cookies = await cookiesOf(context);
  const nonces = new Set<string>();
  for (const path of [...PAGES, ...PAGES]) {
    const { headers } = await fetchRaw(portal.url + path, cookies);
    const policy = String(headers["content-security-policy"]);
    expect(policy, path).toMatch(
      /^default-src 'none'; script-src 'self' 'nonce-[\w-]{20,}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    nonces.add(/'nonce-([^']+)'/.exec(policy)?.[1] ?? "");
    expect(headers, path).toMatchObject({
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
  }
  expect(nonces.size).toBe(2 * PAGES.length);
});

test("no page has anything inline that a policy would have to allow", async ({ page, portal, complaints }) => {
  await page.goto("/sign-in");
  const inline = () =>
    page.locator("*").evaluateAll((elements) => {
      const names = elements.flatMap((element) => element.getAttributeNames());
      const bare = elements.filter((element) => element.matches("script:not([nonce]), style"));
      return [...names.filter((name) => name === "style" || name.startsWith("on")), ...bare.map(String)];
    });
  expect(await inline()).toEqual([]);
  await signIn(page, portal, "chen.yu");
  for (const path of PAGES) {
    await page.goto(path);
    expect(await inline(), path).toEqual([]);
  }
  expect(complaints.splice(0).filter((complaint) => !complaint.includes("404"))).toEqual([]);
});

test("the session's cookie is for this host alone, and no script reads it", async ({ page, context, portal }) => {
  await signIn(page, portal, "chen.yu");
  const cookie = (await context.cookies()).find(({ name }) => name === "__Host-portal");
  expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: "Strict", path: "/", expires: -1 });
});
