// Chinese and English are equals, light and dark too: chosen on any page, kept for the person.
import type { Page } from "@playwright/test";

import { expect, test } from "../support/drill.ts";
import { PASSWORD } from "../support/portal.ts";
import { fillSignIn, forgetSession, signIn } from "../support/steps.ts";
import { makeViews, prefer, views } from "../support/views.ts";

test("who is not signed in chooses language and theme", async ({ page }) => {
  await page.goto("/sign-in");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await prefer(page, "中文");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("登录");
  await expect(page.getByRole("button", { name: "中文" })).toHaveAttribute("aria-pressed", "true");
  await prefer(page, "深色");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await background(page)).toBe("dark");
  await prefer(page, "English");
  await prefer(page, "Light");
  expect(await background(page)).toBe("light");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
});

test("a choice inside the portal stays on the page, and with the person", async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  await page.goto("/instances?access=password-free");
  await prefer(page, "中文", "vera");
  await expect(page).toHaveURL(`${portal.url}/instances?access=password-free`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("实例");
  await prefer(page, "深色", "vera");
  expect(await background(page)).toBe("dark");

  // Another browser, where nothing was chosen.
  await forgetSession(page);
  await page.goto("/sign-in");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await fillSignIn(page, "vera", PASSWORD);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("实例");
  expect(await background(page)).toBe("dark");
});

test.describe(() => {
  test.use({ locale: "zh-CN" });

  test("a browser that asks for Chinese gets it without choosing", async ({ page }) => {
    await page.goto("/sign-in");
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("登录");
  });
});

test("no page in Chinese has an English word left", async ({ page, portal, complaints }) => {
  const made = await makeViews(portal);
  await signIn(page, portal, "olga");
  await page.goto("/instances");
  await prefer(page, "中文", "olga");
  // The whole list has names that are attacks, and those are in no language.
  const tame = { name: "instances", open: async () => void (await page.goto("/instances?region=cn-shanghai")) };
  for (const { name, open } of [tame, ...views(made).filter((view) => view.name !== tame.name)]) {
    await open(page);
    await expect(page.locator("html"), name).toHaveAttribute("lang", "zh-CN");
    expect.soft(await latinWords(page), name).toEqual([]);
  }
  expect(complaints.splice(0).filter((complaint) => !complaint.includes("404"))).toEqual([]);

  // Both reviews, the one that blocks too.
  for (const path of ["cn-shanghai/r-uf6sessions00001", "cn-beijing/r-2zeinventory0001", "cn-hangzhou/r-bp1partners00001"]) {
    await page.goto(`/instances/acme-retail/${path}`);
    await page.getByRole("button", { name: /^(开启|关闭)免密访问…$/ }).click();
    await expect(page.getByRole("article")).toBeVisible();
    expect.soft(await latinWords(page), path).toEqual([]);
  }
});

/** What the page is painted on. */
async function background(page: Page): Promise<"light" | "dark"> {
  const lightness = await page.locator("body").evaluate((body) => {
    const found = /oklch\(([\d.]+)/.exec(getComputedStyle(body).backgroundColor);
    return Number(found?.[1]);
  });
  return lightness > 0.5 ? "light" : "dark";
}

/** The cloud's and the protocols' own words, which are the same in every language. */
const SAME_EVERYWHERE = [
  ..."Latchkey latchkey toml doctor English VPC CEN API OpenAPI TOTP Redis Tair Memcache RequestId ID IP IPv4 IPv6 GB MB UTC Ctrl Tab Webhook POST HTTP Python Node Go Java".split(" "),
  ...["VpcAuthMode", "Close", "Open", "Normal", "SSL", "Sentinel", "CSV", "JSON", "Lines", "aliyun", "cli", "js", "PostPaid", "PrePaid"],
  // Client libraries, and what they answer.
  ..."ioredis redis Jedis Lettuce Redisson NET Rust Terraform apply TLS MOVED".split(" "),
  // Tags, as an example of what to type.
  ..."team payments web tier gold".split(" "),
  // Of the simulated fleet: a status and an engine that nobody knows are shown as they came.
  ...["Hibernating", "Valkey"],
];

/**
 * Words of Latin letters in the text and the labels of a page. Left out are codes (`code`, `pre`, what is set in the
 * typeface of codes), names from the cloud (`bdi`) and addresses of people, accounts and regions.
 */
async function latinWords(page: Page): Promise<string[]> {
  const texts = await page.locator("body").evaluate((body) => {
    const found: string[] = [];
    const skipped = "code, pre, kbd, .mono, bdi, script, time, option, [lang=en], .state .code";
    const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement?.closest(skipped)) found.push(node.textContent ?? "");
    }
    for (const name of ["aria-label", "placeholder", "title", "alt", "data-copied"]) {
      for (const element of body.querySelectorAll(`[${name}]`)) {
        if (!element.closest("time, bdi")) found.push(element.getAttribute(name) ?? "");
      }
    }
    return found;
  });
  const names = /(@alicloud|\b[0-9A-F]{8}-[0-9A-F-]{27}\b)|\b([\w.-]+\.aliyuncs\.com|[A-Z]\w+\.[A-Z]\w+|acme-\w+|(cn|ap|eu)-[\w-]+|r-[\w-]+|olga|vera|vpc-\w+|[a-z]+(-[a-z0-9]+)+|\w+_\w+)\b/g;
  const words = texts.flatMap((text) => text.replaceAll(names, "").match(/[A-Za-z][A-Za-z]+/g) ?? []);
  return [...new Set(words)].filter((word) => !SAME_EVERYWHERE.includes(word)).toSorted();
}
