// What a browser loads, byte by byte.
import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { expect, test } from "../support/test.ts";
import { fetchRaw } from "../support/wire.ts";

const UNPACK: Record<string, (body: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync };

/** The addresses of everything under /assets/ that the first page names, and what those name. */
async function assets(url: string): Promise<string[]> {
  const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((found) => found[1]);
  const page = (await fetchRaw(url)).body.toString();
  return named(page, /"(\/assets\/[^"]+)"/g);
}

test("every asset is named after its content and may be kept for ever", async ({ portal }) => {
  const addresses = await assets(portal.url);
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

test("what is not an asset is not found", async ({ portal }) => {
  const names = ["assets/app.js", "assets/..%2Fmanifest.json", "assets/%2Fetc%2Fpasswd", "manifest.json", "watch.txt"];
  for (const name of names) {
    expect((await fetchRaw(`${portal.url}/${name}`)).status, name).toBe(404);
  }
});

test("neither the program nor a script says where it was built", async ({ portal }) => {
  for (const address of await assets(portal.url)) {
    const { body } = await fetchRaw(portal.url + address);
    expect(body.includes(".cargo/registry"), address).toBe(false);
    expect(body.includes("watch.txt"), address).toBe(false);
  }
});
