// How programs connect: the code on an instance's page fits what was read of it.
import type { Page } from "@playwright/test";

import { expect, test } from "../support/sandbox.ts";
import { openInstance, signIn } from "../support/steps.ts";

const CLIENTS = [
  "redis-cli",
  "Python (redis-py)",
  "Node.js (ioredis)",
  "Go (go-redis)",
  "Java (Jedis)",
  "Java (Lettuce)",
  "Java (Redisson)",
  ".NET (StackExchange.Redis)",
  "Rust (redis)",
];

test("each client has code for the address and the mode that were read", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await openInstance(page, "orders-cache-dev");
  for (const client of CLIENTS) {
    const code = await shown(page, client);
    expect(code, client).toContain("r-bp1ordersdev0001.redis.rds.aliyuncs.com");
    expect(code, client).toContain("REDIS_PASSWORD");
  }
  await expect(connect(page).getByText("A password is required here")).toBeVisible();
  expect(await shown(page, "Terraform")).toContain('vpc_auth_mode = "Open"');
  await expect(connect(page).getByText("sets the mode back to what stands in its files")).toBeVisible();
  await expect(connect(page).getByRole("link", { name: "console" })).toHaveAttribute(
    "href",
    "https://kvstore.console.aliyun.com/Redis/instance/cn-hangzhou",
  );
});

test("with TLS is a link, and so is every address", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await openInstance(page, "orders-cache-dev");
  await connect(page).getByRole("link", { name: "with TLS", exact: true }).click();
  await expect(connect(page).getByRole("link", { name: "with TLS", exact: true })).toHaveAttribute("aria-current", "true");
  expect(await shown(page, "redis-cli")).toContain('--tls --cacert "$REDIS_CA"');
  await expect(connect(page).getByText("is not read by this portal")).toBeVisible();
});

test("a password-free instance needs none, but from outside of its VPC", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await openInstance(page, "inventory-cache");
  expect(await shown(page, "redis-cli")).not.toContain("REDIS_PASSWORD");
  expect(await shown(page, "Terraform")).toContain('vpc_auth_mode = "Close"');
  const outside = connect(page).getByRole("link", { name: "Public endpoint" });
  if ((await outside.count()) > 0) {
    await outside.click();
    await expect(connect(page).getByRole("link", { name: "Public endpoint" })).toHaveAttribute("aria-current", "true");
    expect(await shown(page, "redis-cli")).toContain("REDIS_PASSWORD");
  }
});

const connect = (page: Page) => page.locator("#connect");

/** Opens the line of a client, and returns its code. */
async function shown(page: Page, client: string): Promise<string> {
  const line = connect(page).getByRole("group").filter({ has: page.getByText(client, { exact: true }) });
  const code = line.locator("pre");
  if (!(await code.isVisible())) await line.getByText(client, { exact: true }).click();
  await expect(code).toBeVisible();
  return (await code.textContent()) ?? "";
}
