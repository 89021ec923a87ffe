// Passkeys, from adding one to signing in with it: Chromium's virtual authenticator, on a host name as browsers ask for.
import type { CDPSession, Page } from "@playwright/test";

import { type Portal, startSandbox } from "../support/portal.ts";
import { fillSignIn, forgetSession, signIn } from "../support/steps.ts";
import { expect, test as base } from "../support/test.ts";

interface Key {
  cdp: CDPSession;
  id: string;
}

const test = base.extend<{ portal: Portal; key: Key }>({
  portal: async ({}, use) => {
    const portal = await startSandbox();
    await use({ ...portal, url: portal.url.replace("127.0.0.1", "localhost") });
    await portal.stop();
  },
  baseURL: async ({ portal }, use) => use(portal.url),
  key: async ({ page }, use) => {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2",
      transport: "internal",
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
    await use({ cdp, id: authenticatorId });
  },
});

const PERSON = "lin.wei";
const NONE_GIVEN = "The browser gave no passkey";

async function add(page: Page, name: string): Promise<void> {
  await page.goto("/me/second-factor");
  await page.getByLabel("Name of the passkey", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("listitem").getByText(name, { exact: true })).toBeVisible();
}

async function half(page: Page, portal: Portal): Promise<void> {
  await forgetSession(page);
  await page.goto("/sign-in");
  await fillSignIn(page, PERSON, portal.people[PERSON]);
  await expect(page.getByRole("heading", { level: 1, name: "One more step" })).toBeVisible();
}

const use = (page: Page) => page.getByRole("button", { name: "Use a passkey" }).click();
const listed = (page: Page) => expect(page.getByRole("heading", { level: 1, name: "Instances" })).toBeVisible();

test("somebody adds a passkey, signs in with it, proves it again, names it and removes it", async ({ page, portal, key }) => {
  await signIn(page, portal, PERSON);
  await add(page, "laptop");
  const { credentials } = await key.cdp.send("WebAuthn.getCredentials", { authenticatorId: key.id });
  expect(credentials.map((one) => one.rpId)).toEqual(["localhost"]);

  await half(page, portal);
  await expect(page.getByLabel("Code", { exact: true })).toHaveCount(0);
  await use(page);
  await listed(page);

  await page.goto("/step-up?next=/me/second-factor");
  await expect(page.getByLabel("Password")).toHaveCount(0);
  await use(page);
  await expect(page.getByRole("heading", { level: 1, name: "Second factor" })).toBeVisible();
  await expect(page.getByText(/last used/)).toBeVisible();

  await page.getByLabel("Rename: laptop").and(page.getByRole("textbox")).fill("work laptop");
  await page.getByRole("button", { name: "Rename: laptop" }).click();
  await expect(page.getByText("work laptop", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Remove: work laptop" }).click();
  await expect(page.getByText("You have none.", { exact: true })).toBeVisible();
  await forgetSession(page);
  await signIn(page, portal, PERSON);
});

test("a browser without the passkey, or with nobody verified, gets nobody in", async ({ page, portal, key }) => {
  await signIn(page, portal, PERSON);
  await add(page, "laptop");
  await half(page, portal);
  const { cdp, id: authenticatorId } = key;
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await use(page);
  await expect(page.getByRole("alert")).toContainText(NONE_GIVEN);
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
  await cdp.send("WebAuthn.clearCredentials", { authenticatorId });
  await use(page);
  await expect(page.getByRole("alert")).toContainText(NONE_GIVEN);
  await page.goto("/instances");
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  // A copy of the key whose counter is behind: the portal says no, and keeps saying so.
  await half(page, portal);
  await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: credentials[0] });
  await use(page);
  await listed(page);
  await half(page, portal);
  await cdp.send("WebAuthn.clearCredentials", { authenticatorId });
  await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...credentials[0], signCount: 0 } });
  await use(page);
  await expect(page.getByRole("alert")).toContainText("The passkey was not accepted");
});

test("a portal that is asked for by its address says that there are none", async ({ page, portal, key }) => {
  const byAddress = { ...portal, url: portal.url.replace("localhost", "127.0.0.1") };
  expect(key.id).not.toBe("");
  await signIn(page, byAddress, PERSON);
  await page.goto(`${byAddress.url}/me/second-factor`);
  await page.getByLabel("Name of the passkey", { exact: true }).fill("laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("alert")).toContainText(NONE_GIVEN);
});
