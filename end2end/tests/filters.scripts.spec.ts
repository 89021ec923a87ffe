// Filtering while somebody types.
import { PAGE } from "../support/list.ts";
import { awake, holdProgram } from "../support/live.ts";
import { expect, test } from "../support/sandbox.ts";
import { rowOf, signIn } from "../support/steps.ts";
import { watchNetwork } from "../support/wire.ts";

test("typing filters without loading the page again, and only the last word counts", async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await expect(page.locator("main leptos-island[data-awake]")).not.toHaveCount(0);
  await page.evaluate(() => Object.assign(window, { samePage: true }));
  const network = await watchNetwork(page);
  await page.getByRole("searchbox").pressSequentially("sessions-prod");
  await expect(page).toHaveURL(/\?q=sessions-prod$/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expect(rowOf(page, "sessions-prod")).toBeVisible();
  await expect(page.getByRole("searchbox")).toBeFocused();
  expect(await page.evaluate(() => "samePage" in window)).toBe(true);
  expect(network.sent.every((path) => path === "/instances")).toBe(true);

  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("sessions-prod");
  await expect(page.getByRole("row")).toHaveCount(2);

  await page.getByRole("searchbox").fill("");
  await expect(page).toHaveURL(/\/instances$/);
  await expect(page.getByRole("row")).toHaveCount(PAGE + 1);
});

test("what is chosen and written before the program is there filters once it is", async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await page.goto("/overview");
  const arrive = await holdProgram(page);
  await page.goto("/instances");
  await page.getByRole("combobox", { name: "Whitelist" }).selectOption({ index: 1 });
  await page.getByRole("searchbox").fill("cache");
  arrive();
  await expect(page).toHaveURL((url) => url.searchParams.has("whitelist") && url.searchParams.get("q") === "cache");
});

test("what an input method puts together filters once it is whole", async ({ page, portal }) => {
  await signIn(page, portal, "chen.yu");
  await awake(page);
  const network = await watchNetwork(page);
  const method = await page.context().newCDPSession(page);
  await page.getByRole("searchbox").focus();
  for (const text of ["d", "di", "di'd", "di'dan"]) {
    await method.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  }
  await expect(page.getByRole("searchbox")).toHaveValue("di'dan");
  expect(network.sent).toEqual([]);
  await method.send("Input.insertText", { text: "订单" });
  await expect(page).toHaveURL((url) => url.searchParams.get("q") === "订单");
  expect(network.sent).toEqual(["/instances"]);
});

test("a switch in a list that was swapped in opens its review", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await expect(async () => {
    await page.goto("/instances");
    await page.getByRole("searchbox").fill("inventory-cache");
    await expect(page.getByRole("switch", { name: "inventory-cache", exact: false }).first()).toBeEnabled({ timeout: 500 });
  }).toPass();
  await page.getByRole("switch", { name: "Password-free access of inventory-cache", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Disable password-free access on inventory-cache?" });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("searchbox")).toHaveValue("inventory-cache");
});
