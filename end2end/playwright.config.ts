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
  reporter: [["list"]],
  use: { headless: true, launchOptions: { executablePath, args }, trace: "retain-on-failure" },
  projects: [
    { name: "scripts" },
    { name: "no-scripts", use: { javaScriptEnabled: false }, testIgnore: "**/*.scripts.spec.ts" },
  ],
});
