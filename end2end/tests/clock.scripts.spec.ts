// Nobody chose a zone: the browser's own, as far as the portal knows it.
import { awake } from "../support/live.ts";
import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";

test.describe(() => {
  test.use({ timezoneId: "America/St_Johns" });

  test("pages are by the browser's clock, and a choice counts before it", async ({ page, portal }) => {
    await signIn(page, portal, "lin.wei");
    const foot = page.getByRole("contentinfo");
    await expect(foot).toContainText(/Times: America\/St Johns UTC-[23]:30/);
    await page.goto("/audit");
    await expect(page.getByLabel("Days of")).toHaveValue("America/St_Johns");

    await page.goto("/settings");
    await expect(page.getByRole("combobox", { name: "Time zone" })).toContainText("As this browser (America/St Johns)");
    await page.getByRole("combobox", { name: "Time zone" }).selectOption("UTC");
    await page.getByRole("button", { name: "Save" }).first().click();
    await expect(foot).toContainText("Times: UTC");
    await page.getByRole("combobox", { name: "Time zone" }).selectOption("browser");
    await page.getByRole("button", { name: "Save" }).first().click();
    await expect(foot).toContainText("America/St Johns");
  });
});

test("a zone that the portal does not know is told once, and the page stays in UTC", async ({ page, portal }) => {
  await page.addInitScript(() => {
    const real = Intl.DateTimeFormat.prototype.resolvedOptions;
    Intl.DateTimeFormat.prototype.resolvedOptions = function () {
      return { ...real.call(this), timeZone: "Mars/Olympus" };
    };
  });
  let asked = 0;
  page.on("request", (request) => request.isNavigationRequest() && request.url().endsWith("/overview") && asked++);
  await signIn(page, portal, "zhao.min");
  await awake(page);
  await page.goto("/overview");
  await awake(page);
  await expect(page.getByRole("contentinfo")).toContainText("Times: UTC");
  expect(asked).toBe(1);
});
