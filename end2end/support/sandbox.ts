// `test` with a sandbox for each worker: for what changes nothing that another spec looks at.
import { type Portal, startSandbox } from "./portal.ts";
import { test as base } from "./test.ts";

export const test = base.extend<object, { portal: Portal }>({
  portal: [
    async ({}, use) => {
      const portal = await startSandbox();
      await use(portal);
      await portal.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ portal }, use) => use(portal.url),
});

export { expect } from "./test.ts";
