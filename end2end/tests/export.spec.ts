// A list as a file: whole, with what is missing from it, and harmless in a spreadsheet.
import type { Page } from "@playwright/test";

import { parseCsv } from "../support/csv.ts";
import { expect, sharedTest as test } from "../support/drill.ts";
import { names } from "../support/list.ts";
import { signIn } from "../support/steps.ts";

const DENIED = "eu-central-1";

test.use({
  share: "export",
  sharedDrill: {
    prepare: (cloud) => cloud.addFault({ region: DENIED, action: "DescribeInstances", fault: { kind: "deny" } }),
  },
});

/** By the menu of the list that is open. */
async function download(page: Page, format: "CSV" | "JSON"): Promise<string> {
  const menu = page.locator("details").filter({ has: page.getByText("Export", { exact: true }) });
  if (!(await menu.evaluate((it) => (it as HTMLDetailsElement).open))) await menu.getByText("Export", { exact: true }).click();
  const arriving = page.waitForEvent("download");
  await page.getByRole("link", { name: format, exact: true }).click();
  const file = await arriving;
  expect(file.suggestedFilename()).toMatch(new RegExp(`^latchkey-instances-\\d{8}T\\d{6}Z\\.${format.toLowerCase()}$`));
  const parts: Buffer[] = [];
  for await (const part of await file.createReadStream()) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Lines that begin with `#`, and the rows by the names of their columns. */
function read(text: string): { notes: string[][]; rows: Record<string, string>[] } {
  expect(text.startsWith("\ufeff")).toBe(true);
  const lines = parseCsv(text.slice(1));
  const notes = lines.filter(([first]) => first.startsWith("#"));
  const [columns, ...rows] = lines.slice(notes.length);
  return { notes, rows: rows.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index], cell]))) };
}

test.beforeEach(async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  // Everything answered, or said that it will not.
  await expect(async () => {
    await page.goto("/instances");
    const coverage = page.getByRole("region", { name: "Coverage" });
    await expect(coverage).toContainText(`acme-retail: ${DENIED}, `, { timeout: 250 });
    await expect(coverage).not.toContainText("not heard from", { timeout: 250 });
    await expect(coverage).toContainText(/(\d+) of (?!\1)\d+ read/, { timeout: 250 });
    const [, read, all] = /(\d+) of (\d+) read/.exec((await coverage.textContent()) ?? "") ?? [];
    expect(Number(read)).toBe(Number(all) - 1);
  }).toPass();
});

test("CSV and JSON hold every row of the filter, and say what is missing", async ({ page }) => {
  await page.goto("/instances?region=cn-hangzhou");
  const shown = await names(page);
  expect(shown.length).toBeGreaterThan(10);
  const { notes, rows } = read(await download(page, "CSV"));
  expect(rows.map((row) => row.name)).toEqual(shown);
  expect(new Set(rows.map((row) => row.region))).toEqual(new Set(["cn-hangzhou"]));
  expect(rows.find(({ name }) => name === "orders-cache-dev")).toMatchObject({
    account: "acme-retail",
    instance_id: "r-bp1ordersdev0001",
    environment: "development",
    access: "password-required",
  });
  expect(notes).toContainEqual(["# list", "region=cn-hangzhou"]);
  expect(notes.find(([what]) => what === "# not read")).toEqual([
    "# not read",
    "acme-retail",
    DENIED,
    expect.stringContaining("no permission"),
  ]);
  expect(notes.find(([what]) => what === "# mode not read")?.[1]).toBe("1");

  const json = JSON.parse(await download(page, "JSON"));
  expect(json.query).toBe("region=cn-hangzhou");
  expect(json.coverage.problems).toMatchObject([{ account: "acme-retail", region: DENIED, why: "denied" }]);
  expect(json.instances.map((row: { name: string }) => row.name)).toEqual(shown);
  const unread = json.instances.find((row: { name: string }) => row.name === "r-throttled-carts");
  expect(unread).toMatchObject({ access: "unknown", mode_read_at: null, problem: expect.stringContaining("hrottl") });
});

test("nothing in a file is a formula, and every name comes out as it went in", async ({ page }) => {
  await page.goto("/instances?q=hostile");
  const shown = await names(page);
  const { rows } = read(await download(page, "CSV"));
  expect(rows.map((row) => row.name)).toEqual(shown.map((name) => (name.startsWith("=") ? `'${name}` : name)));
  expect(rows.map((row) => row.name)).toContain("'=cmd|' /C calc'!A0");
  for (const cell of rows.flatMap((row) => Object.values(row))) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  const json = JSON.parse(await download(page, "JSON"));
  expect(json.instances.map((row: { name: string }) => row.name)).toEqual(shown);
});
