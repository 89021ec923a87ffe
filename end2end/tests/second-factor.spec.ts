// A second factor, from setting it up to signing in with it; and proving again who one is.
import { codeOf } from "../support/authenticator.ts";
import { expect, test } from "../support/drill.ts";
import { PASSWORD } from "../support/portal.ts";
import { fillSignIn, forgetSession, signIn } from "../support/steps.ts";

const INSTANCES = { level: 1, name: "Instances" } as const;

test("with a second factor somebody signs in by a code, or by a recovery code, each once", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  await page.getByRole("banner").getByText("olga").click();
  await page.getByRole("link", { name: "Second factor" }).click();
  await page.getByRole("button", { name: "Set one up" }).click();
  await expect(page.getByRole("img", { name: "QR code for the app" })).toBeVisible();
  const shown = await page.getByRole("main").getByRole("code").allTextContents();
  const [secret] = shown.filter((text) => /^[A-Z2-7]{32}$/.test(text));
  const recovery = shown.filter((text) => /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/.test(text));
  expect(recovery).toHaveLength(10);
  await page.getByLabel("Code", { exact: true }).fill("000000");
  await page.getByRole("button", { name: "Switch it on" }).click();
  await expect(page.getByRole("alert")).toContainText("That is not the code that the app shows now.");
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Switch it on" }).click();
  await expect(page.getByText("10 recovery codes are left.")).toBeVisible();

  const half = async () => {
    await forgetSession(page);
    await page.goto("/sign-in");
    await fillSignIn(page, "olga", PASSWORD);
    await expect(page.getByRole("heading", { level: 1, name: "One more step" })).toBeVisible();
  };
  const give = async (code: string) => {
    await page.getByLabel("Code", { exact: true }).fill(code);
    await page.getByRole("button", { name: "Go on" }).click();
  };
  await half();
  await page.goto("/instances");
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await half();
  await give(codeOf(secret, 1));
  await expect(page.getByRole("heading", INSTANCES)).toBeVisible();
  await half();
  await give(codeOf(secret));
  await expect(page.getByRole("alert")).toContainText("The code does not fit");
  await give(recovery[0]);
  await expect(page.getByRole("heading", INSTANCES)).toBeVisible();
  await page.goto("/me/second-factor");
  await expect(page.getByText("9 recovery codes are left.")).toBeVisible();
  await page.getByRole("button", { name: "Remove it" }).click();
  await expect(page.getByRole("button", { name: "Set one up" })).toBeVisible();
});

test("whoever proves again who they are comes back to where they were", async ({ page, portal }) => {
  await signIn(page, portal, "olga");
  await page.goto("/step-up?next=/policy");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Prove it" }).click();
  await expect(page.getByRole("alert")).toContainText("User name and password do not fit");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Prove it" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Policy" })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/policy");
  // Under another id, and signed in still.
  await page.goto("/inbox");
  await expect(page.getByRole("heading", { level: 1, name: "Inbox" })).toBeVisible();
});
