// boot.js alone, with a program that only writes down what it is asked: in which order islands wake, and whose they are.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Page } from "@playwright/test";

import { expect, test } from "../support/sandbox.ts";

const BOOT = readFileSync(resolve(import.meta.dirname, "../../crates/frontend/boot.js"), "utf8");

/** Islands called A to D. Each says its name, and hands its children a callback that says whose they are. */
const PROGRAM = `
  const said = (window.said = []);
  export default async () => { said.push("init"); };
  export const hydrate = () => said.push("hydrate");
  export const release = () => said.push("release");
  export const adopt = (island, nested) => said.push((nested ? "adopt nested " : "adopt ") + island.dataset.component);
  const island = (name) => (element) => {
    said.push(name);
    for (const children of element.querySelectorAll("leptos-children")) {
      if (children.closest("leptos-island") === element) children.$$on_hydrate = () => said.push("of " + name);
    }
  };
  export const A = island("A"), B = island("B"), C = island("C"), D = island("D");
`;

const island = (name: string, inside = "") => `<leptos-island data-component="${name}">${inside}</leptos-island>`;
const children = (inside: string) => `<div><leptos-children>${inside}</leptos-children></div>`;

/** Opens a page of this body that boots, on an address of the portal so that its security policy is real. */
async function boot(page: Page, body: string): Promise<void> {
  const script = (path: string, body: string) =>
    page.route(path, (route) => route.fulfill({ body, contentType: "text/javascript" }));
  await script("**/boot.js", BOOT);
  await script("**/app.js", PROGRAM);
  await page.route("**/waking", (route) =>
    route.fulfill({ contentType: "text/html", body: `<body>${body}<script type="module" src="/boot.js"></script>` }),
  );
  await page.goto("/waking");
  await page.waitForFunction(() => "__latchkey" in window);
}

/** What the program was asked since the last time. */
const said = (page: Page) => page.evaluate(() => (window as never as { said: string[] }).said.splice(0));

const wake = (page: Page, selector: string) =>
  page.evaluate((selector) => {
    const { wake } = (window as never as { __latchkey: { wake(region: Element): void } }).__latchkey;
    wake(document.querySelector(selector)!);
  }, selector);

/** Puts HTML into a region as an island would, and wakes it. */
async function swap(page: Page, selector: string, html: string): Promise<void> {
  await page.locator(selector).evaluate((region, html) => (region.innerHTML = html), html);
  await wake(page, selector);
}

test("an island comes before what stands in it, and its children are its own", async ({ page }) => {
  await boot(page, island("A", children(island("B", children(island("C"))) + island("B"))) + island("D"));
  expect(await said(page)).toEqual([
    ...["init", "hydrate", "release", "adopt A", "A"],
    ...["of A", "adopt nested B", "B", "of B", "adopt nested C", "C", "of A", "adopt nested B", "B"],
    ...["adopt D", "D"],
  ]);
});

test("HTML that is swapped in wakes once, and what it replaced is released first", async ({ page }) => {
  await boot(page, `<section id="region">${island("A")}</section>${island("B")}`);
  await said(page);
  await swap(page, "#region", `<p>${island("C")}</p>`);
  expect(await said(page)).toEqual(["release", "adopt C", "C"]);
  await wake(page, "body");
  expect(await said(page)).toEqual(["release"]);
});

test("HTML that is swapped in among an island's children belongs to that island", async ({ page }) => {
  await boot(page, island("A", children(`<section id="region"></section>`)));
  await said(page);
  await swap(page, "#region", island("B"));
  expect(await said(page)).toEqual(["release", "of A", "adopt nested B", "B"]);
});

test("an island that is swapped in by itself wakes", async ({ page }) => {
  await boot(page, `<section id="region">${island("A")}</section>`);
  await said(page);
  await page.locator("#region").evaluate((region, html) => (region.innerHTML = html), island("B"));
  await wake(page, "#region > leptos-island");
  expect(await said(page)).toEqual(["release", "adopt B", "B"]);
});

test("an island that the program does not know is named, and the others wake", async ({ page, complaints }) => {
  await boot(page, island("Unheard") + island("A"));
  expect(await said(page)).toContain("A");
  expect(complaints.splice(0)).toEqual(["error: no island Unheard in the program"]);
});
