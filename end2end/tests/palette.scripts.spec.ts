// The palette and the single letters, by keyboard alone.
import type { Page } from "@playwright/test";

import { expectAccessible } from "../support/axe.ts";
import { expect, test } from "../support/sandbox.ts";
import { awake, holdProgram } from "../support/live.ts";
import { openWholeList, selectionBar } from "../support/list.ts";
import { ENABLE, DISABLE, signIn } from "../support/steps.ts";

const field = (page: Page) => page.getByRole("combobox", { name: "Search or go to…" });
/** The option that Enter opens. */
const chosen = (page: Page) => page.locator('#palette-list [aria-selected="true"]');

/** Where the focus is, as a screen reader says it. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");

test("opens, tells what it found, chooses by arrows, and gives the focus back", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await openWholeList(page);
  await awake(page);
  const switches = page.getByRole("switch").first();
  await switches.focus();
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await expect(page.getByRole("option", { name: "Overview Page" })).toBeVisible();
  await page.keyboard.type("sessions-p");
  await expect(page.locator("#palette-said")).toHaveText(/^[2-9] results$/);
  await expect(chosen(page)).toContainText("sessions-prod");
  await expect(field(page)).toHaveAttribute("aria-activedescendant", (await chosen(page).getAttribute("id"))!);
  await page.keyboard.press("ArrowDown");
  await expect(chosen(page)).toContainText(/^(Enable|Disable) password-free access on/);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(chosen(page)).toHaveAttribute("id", (await page.locator("#palette-list [role=option]").last().getAttribute("id"))!);
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(field(page)).toBeHidden();
  await expect(switches).toBeFocused();

  // Another press, another instance; from there it is remembered.
  await page.keyboard.press("Control+k");
  await field(page).fill("sessions-prod");
  await expect(chosen(page)).toContainText("sessions-prod");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "sessions-prod" })).toBeVisible();
  await page.goto("/overview");
  await awake(page);
  await page.keyboard.press("Control+k");
  await expect(chosen(page)).toContainText("sessions-prod");
});

test("Enter belongs to the input method while it puts something together", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await page.goto("/overview");
  await awake(page);
  await page.keyboard.press("Control+k");
  await expect(chosen(page)).toBeVisible();
  const method = await page.context().newCDPSession(page);
  await method.send("Input.imeSetComposition", { text: "shen", selectionStart: 4, selectionEnd: 4 });
  const first = await chosen(page).getAttribute("id");
  // What an input method takes has no effect of the browser's own: made by a script, a key has none either.
  for (const key of ["ArrowDown", "Enter"]) {
    await field(page).dispatchEvent("keydown", { key, isComposing: true });
  }
  await expect(chosen(page)).toHaveAttribute("id", first!);
  await expect(field(page)).toBeFocused();
  await expect(page).toHaveURL(/\/overview$/);
});

test("an act opens its review over the page, and Escape leads back to where one was", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await openWholeList(page, "/overview");
  await awake(page);
  await page.getByRole("link", { name: "Instances" }).first().focus();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("orders-cache-dev");
  const act = page.getByRole("option", { name: new RegExp(`^(${ENABLE}|${DISABLE}) on`) }).first();
  await expect(act).toBeVisible();
  while ((await act.getAttribute("aria-selected")) !== "true") await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByRole("article")).toBeVisible();
  await expect(field(page)).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("link", { name: "Instances" }).first()).toBeFocused();
  await expect(page).toHaveURL(/\/overview$/);
});

test("what was typed last counts: Enter before the answer leads to the page of the same", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await awake(page);
  await page.keyboard.press("Control+k");
  await expect(chosen(page)).toContainText("Overview");
  // The answer to this never comes.
  await page.route("**/go?in=palette&q=audit**", () => {});
  await field(page).fill("audit");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/go\?q=audit$/);
});

test("rows by letters, pages by two, and the map of them all", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await openWholeList(page);
  await awake(page);
  const links = page.getByRole("rowheader").getByRole("link");
  await page.keyboard.press("j");
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(links.nth(2)).toBeFocused();
  await page.keyboard.press("k");
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press("x");
  await expect(selectionBar(page).getByRole("status")).toHaveText("1 selected");
  await expect(links.nth(1)).toBeFocused();
  const name = await focused(page);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();

  await awake(page);
  await page.keyboard.press("?");
  const map = page.getByRole("dialog", { name: "Keyboard" });
  await expect(map).toContainText("Select the row");
  await expectAccessible(page);
  // Under a dialog a letter does nothing.
  await page.keyboard.press("j");
  await page.keyboard.press("Escape");
  await expect(map).toBeHidden();
  for (const [key, path] of Object.entries({ o: "overview", i: "instances", c: "changes", u: "audit", s: "settings" })) {
    await awake(page);
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await expect(page).toHaveURL(new RegExp(`/${path}$`));
  }
  await page.goto("/instances");
  await awake(page);
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  // In a field a letter is a letter.
  await page.keyboard.type("j?x");
  await expect(page.getByRole("searchbox")).toHaveValue("j?x");
  await expect(map).toBeHidden();
});

test("whoever switched the letters off has none, but the palette", async ({ page, portal }) => {
  await signIn(page, portal, "zhao.min");
  await page.goto("/settings");
  await page.getByLabel("Shortcuts of single letters").selectOption("off");
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByRole("main").getByRole("status")).toContainText("Saved.");
  await page.goto("/instances");
  await awake(page);
  for (const key of ["j", "?", "/", "g", "o"]) await page.keyboard.press(key);
  // Each is heard in turn: with the palette open, the letters before it have had their turn.
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeHidden();
  await expect(page).toHaveURL(/\/instances$/);
  await page.goto("/keys");
  await expect(page.getByRole("main")).toContainText("They are switched off.");
});

test("keys that come before the program are heard once it is there", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  const arrive = await holdProgram(page);
  await page.goto("/overview");
  await page.keyboard.press("Control+k");
  await page.getByRole("link", { name: "Instances" }).first().focus();
  arrive();
  await expect(field(page)).toBeFocused();
  await page.keyboard.press("Escape");
});
