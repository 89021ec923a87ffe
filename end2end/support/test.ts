// What every spec has: a browser that must not complain, and whether it runs scripts.
import { test as base, expect } from "@playwright/test";

interface Each {
  /** Whether this project's browser runs scripts. */
  scripts: boolean;
  /**
   * Complaints of the browser: errors and warnings on the console, uncaught errors, broken security policy. A spec
   * that provokes one takes it out; any that is left fails the test.
   */
  complaints: string[];
}

export const test = base.extend<Each>({
  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),
  complaints: [
    async ({ context, scripts }, use) => {
      const complaints: string[] = [];
      context.on("console", (message) => {
        const complains = ["error", "warning"].includes(message.type());
        // The hint to fetch the program stands in the page for everybody; who has no scripts does not use it.
        const unusedHint = !scripts && message.text().includes("preloaded using link preload");
        // A page of one sentence names no icon, so a browser looks for the one that sites used to have.
        const oldIcon = message.location().url.endsWith("/favicon.ico");
        if (complains && !unusedHint && !oldIcon) complaints.push(`${message.type()}: ${message.text()}`);
      });
      context.on("weberror", (error) => complaints.push(`uncaught: ${error.error()}`));
      context.on("dialog", async (dialog) => {
        complaints.push(`${dialog.type()}: ${dialog.message()}`);
        await dialog.dismiss();
      });
      await use(complaints);
      expect(complaints, "the browser complained").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
