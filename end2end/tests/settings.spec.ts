// What people choose for themselves: saved, and followed to another browser.
import { expect, test } from "../support/drill.ts";
import { PASSWORD } from "../support/portal.ts";
import { fillSignIn, forgetSession, signIn } from "../support/steps.ts";

test("language, theme and time zone are saved and follow to another browser", async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  await page.getByRole("banner").getByText("vera").click();
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Settings");
  const foot = page.getByRole("contentinfo");
  await expect(foot).toContainText("Times: UTC");
  await page.getByRole("combobox", { name: "Time zone" }).selectOption("Asia/Shanghai");
  await page.getByRole("combobox", { name: "Theme" }).selectOption("dark");
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByRole("main").getByRole("status")).toContainText("Saved.");
  await expect(foot).toContainText("Times: Asia/Shanghai UTC+8");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

  await page.goto("/audit");
  const time = page.getByRole("row").getByRole("time").first();
  const at = new Date((await time.getAttribute("datetime"))!);
  const there = new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
  await expect(time).toHaveText(there);
  await expect(time).toHaveAttribute("title", `${there} UTC+8 · ${at.toISOString().slice(0, 19).replace("T", " ")} UTC`);

  await page.goto("/settings");
  await page.getByRole("combobox", { name: "Language" }).selectOption("zh-CN");
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("设置");

  await forgetSession(page);
  await page.goto("/sign-in");
  await fillSignIn(page, "vera", PASSWORD);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("实例");
  await expect(foot).toContainText("时间： Asia/Shanghai UTC+8");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("notices that nobody has to act on can be switched off", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  await page.goto("/settings");
  const soon = page.getByRole("checkbox", { name: "Password-free access ends soon" });
  await expect(soon).toBeChecked();
  await expect(page.getByRole("checkbox", { name: "A wish waits for your decision" })).toBeDisabled();
  await soon.uncheck();
  await page.getByRole("button", { name: "Save" }).last().click();
  await expect(page.getByRole("main").getByRole("status")).toContainText("Saved.");
  await expect(soon).not.toBeChecked();
});
