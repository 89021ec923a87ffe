// Every spec runs twice: with scripts, and without. What needs scripts ends in `.scripts.spec.ts`.
import { defineConfig } from "@playwright/test";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export default defineConfig({
  testDir: "tests",
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  // Deadlines only tell a hang from a slow machine.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  snapshotPathTemplate: "{testDir}/visual/pictures/{arg}{ext}",
  reporter: [["list"]],
  // A trace of every test costs a seventh of the time: `--trace on` makes them when one is looked for.
  use: { headless: true, launchOptions: { executablePath, args }, actionTimeout: 15_000 },
  projects: [
    { name: "scripts" },
    { name: "no-scripts", use: { javaScriptEnabled: false }, testIgnore: "**/*.scripts.spec.ts" },
  ],
});
