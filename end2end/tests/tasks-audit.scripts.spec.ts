// Two tasks about what was done: find who did what last Tuesday, and explain it to an auditor.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { enableByHand, signInByHand } from "../support/by-hand.ts";
import { expect, sharedTest as test } from "../support/drill.ts";
import { Effort } from "../support/effort.ts";
import { runLatchkey } from "../support/program.ts";
import { signIn } from "../support/steps.ts";

const DAY = 86_400;

/** Ten o'clock of the last Tuesday before today, UTC, in seconds from now. */
function lastTuesday(): number {
  const now = Date.now() / 1000;
  const today = Math.floor(now / DAY);
  // Day 5 of the epoch was a Tuesday.
  const ago = (today - 5) % 7 || 7;
  return Math.round((today - ago) * DAY + 10 * 3600 - now);
}

test.use({ share: "task: audit", sharedDrill: { calendar: lastTuesday(), people: { olga: "operator", vera: "viewer", adam: "admin" } } });

const [NAME, ID] = ["orders-cache-dev", "r-bp1ordersdev0001"];

const ALLOWED = {
  // Two dates of eight digits.
  tuesday: { clicks: 4, keys: 16 },
  auditor: { clicks: 3, keys: 0 },
};

test("find who did what last Tuesday, and explain it to an auditor", async ({ page, portal, calendar }, info) => {
  const tuesday = new Date(Date.now() + lastTuesday() * 1000);
  const olga = await signInByHand(portal, "olga");
  const change = await enableByHand(olga, "acme-retail", "cn-hangzhou", ID);
  // A week later: others were there since.
  calendar.move(0);
  await signIn(page, portal, "adam");

  const asking = new Effort(page);
  await asking.click(page.getByRole("link", { name: "Audit", exact: true }));
  await expect(page.getByRole("cell", { name: "adam" }).first()).toBeVisible();
  const typed = `${two(tuesday.getUTCMonth() + 1)}${two(tuesday.getUTCDate())}${tuesday.getUTCFullYear()}`;
  for (const end of ["from", "to"]) {
    const field = page.locator(`form input[type="date"][name="${end}"]`);
    await asking.fill(field, typed);
    await expect(field).toHaveValue(tuesday.toISOString().slice(0, 10));
  }
  await asking.click(page.getByRole("button", { name: "Filter" }));
  await expect(page).toHaveURL(/from=\d/);
  const rows = page.getByRole("row").filter({ has: page.getByRole("cell") });
  await expect(page.getByRole("cell", { name: "adam" })).toHaveCount(0);
  await expect(rows.filter({ hasText: ID }).first()).toBeVisible();
  await expect(rows.filter({ hasText: "olga" }).filter({ hasText: ID }).first()).toContainText(/password-required → password-free/);
  await asking.expectAtMost(ALLOWED.tuesday, info);

  // The auditor wants it on paper: the rows, the proof of one change, and that neither can have been written afterwards.
  const explaining = new Effort(page);
  const csv = await explaining.download(page.getByRole("link", { name: "CSV" }));
  await explaining.click(rows.filter({ hasText: "olga" }).filter({ hasText: ID }).first().getByRole("link", { name: "Change", exact: true }));
  await expect(page).toHaveURL(portal.url + change);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(NAME);
  const receipt = await explaining.download(page.getByRole("link", { name: "Receipt" }));
  await explaining.expectAtMost(ALLOWED.auditor, info);

  const kept = async (name: string, file: typeof csv) => {
    const path = join(portal.folder, name);
    await file.saveAs(path);
    return path;
  };
  const config = ["--config", join(portal.folder, "latchkey.toml")];
  await runLatchkey(["audit", "verify", ...config], portal.folder);
  const key = (await runLatchkey(["receipt", "key", ...config], portal.folder)).trim().split("\n").at(-1) ?? "";
  const paper = await kept("receipt.json", receipt);
  expect(JSON.parse(readFileSync(paper, "utf8")).receipt.requested_by.name).toBe("olga");
  expect(await runLatchkey(["receipt", "verify", paper, "--key", key], portal.folder)).toContain("The receipt holds: change");
  const lines = readFileSync(await kept("audit.csv", csv), "utf8");
  expect(lines).toContain(ID);
  expect(lines).toContain("olga");
});

const two = (number: number) => String(number).padStart(2, "0");
