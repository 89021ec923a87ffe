// The `test` every spec uses: a portal for each worker, and a page that must not complain.
import { test as base, expect } from "@playwright/test";

import { type Portal, startPortal } from "./portal.ts";

interface Each {
  /** Complaints of the browser: errors and warnings on the console, uncaught errors, broken security policy. */
  complaints: string[];
}

interface EachWorker {
  portal: Portal;
}

export const test = base.extend<Each, EachWorker>({
  portal: [
    async ({}, use) => {
      const portal = await startPortal();
      await use(portal);
      await portal.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ portal }, use) => use(portal.url),
  complaints: [
    async ({ context, javaScriptEnabled }, use) => {
      const complaints: string[] = [];
      context.on("console", (message) => {
        const complains = ["error", "warning"].includes(message.type());
        // The hint to fetch the program stands in the page for everybody; who has no scripts does not use it.
        const unusedHint = javaScriptEnabled === false && message.text().includes("preloaded using link preload");
        if (complains && !unusedHint) complaints.push(`${message.type()}: ${message.text()}`);
      });
      context.on("weberror", (error) => complaints.push(`uncaught: ${error.error()}`));
      await use(complaints);
      expect(complaints, "the browser complained").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
