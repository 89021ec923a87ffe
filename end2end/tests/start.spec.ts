// The first page, whole with scripts and without.
import { expect, test } from "../support/test.ts";

test("the first page shows itself, under a strict security policy", async ({ page }) => {
  const response = await page.goto("/");
  expect(response?.status()).toBe(200);
  const policy = response?.headers()["content-security-policy"] ?? "";
  expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'nonce-[\w-]{20,}' 'wasm-unsafe-eval'; style-src 'self';/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("every response has a nonce of its own", async ({ request }) => {
  const nonce = async () => /'nonce-([^']+)'/.exec((await request.get("/")).headers()["content-security-policy"])?.[1];
  const [one, other] = [await nonce(), await nonce()];
  expect(one).toBeTruthy();
  expect(one).not.toBe(other);
});
