// What a browser loads, byte by byte.
import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import type { BrowserContext } from "@playwright/test";

import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";
import { cookiesOf, fetchRaw } from "../support/wire.ts";

const UNPACK: Record<string, (body: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync };

/** The addresses of everything under /assets/ that a page names: for anybody, or for who is signed in. */
async function assets(url: string, context?: BrowserContext): Promise<string[]> {
  const page = await fetchRaw(url, context && (await cookiesOf(context)));
  expect(page.status).toBe(200);
  return [...page.body.toString().matchAll(/"(\/assets\/[^"]+)"/g)].map(([, address]) => address);
}

test("every asset is named after its content and may be kept for ever", async ({ page, context, portal }) => {
  await signIn(page, portal, "chen.yu");
  const addresses = await assets(`${portal.url}/instances`, context);
  expect(addresses.map((address) => address.split(".").at(-1)).toSorted()).toEqual(["css", "js", "js", "wasm"]);
  for (const address of addresses) {
    const plain = await fetchRaw(portal.url + address);
    expect(plain.status).toBe(200);
    expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(plain.headers["x-content-type-options"]).toBe("nosniff");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(address).toContain(createHash("sha256").update(plain.body).digest("hex").slice(0, 16));
    for (const [encoding, unpack] of Object.entries(UNPACK)) {
      const packed = await fetchRaw(portal.url + address, { "accept-encoding": encoding });
      expect(packed.headers["content-encoding"]).toBe(encoding);
      expect(packed.headers.vary).toBe("accept-encoding");
      expect(packed.headers["content-type"]).toBe(plain.headers["content-type"]);
      expect(packed.body.length).toBeLessThan(plain.body.length);
      expect(unpack(packed.body).equals(plain.body)).toBe(true);
    }
  }
});

test("a public file is asked for again, but sent only when it changed", async ({ portal }) => {
  const first = await fetchRaw(`${portal.url}/robots.txt`);
  expect(first.body.toString()).toBe("User-agent: *\nDisallow: /\n");
  expect(first.headers["cache-control"]).toBe("public, max-age=3600");
  const again = await fetchRaw(`${portal.url}/robots.txt`, { "if-none-match": first.headers.etag ?? "" });
  expect(again.status).toBe(304);
  expect(again.body).toHaveLength(0);
});

test("what is not an asset is not found", async ({ page, context, portal }) => {
  await signIn(page, portal, "chen.yu");
  const names = ["assets/app.js", "assets/..%2Fmanifest.json", "assets/%2Fetc%2Fpasswd", "manifest.json", "watch.txt"];
  for (const name of names) {
    expect((await fetchRaw(`${portal.url}/${name}`, await cookiesOf(context))).status, name).toBe(404);
  }
});

test("who is not signed in gets a style sheet, and no script at all", async ({ portal }) => {
  const addresses = await assets(`${portal.url}/sign-in`);
  expect(addresses.map((address) => address.split(".").at(-1))).toEqual(["css"]);
});

test("neither the program nor a script says where it was built", async ({ page, context, portal }) => {
  await signIn(page, portal, "chen.yu");
  for (const address of await assets(`${portal.url}/instances`, context)) {
    const { body } = await fetchRaw(portal.url + address);
    expect(body.includes(".cargo/registry"), address).toBe(false);
    expect(body.includes("watch.txt"), address).toBe(false);
  }
});
