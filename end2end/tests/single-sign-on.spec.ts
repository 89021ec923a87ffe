// Coming in by the organisation's own sign-in, with scripts and without.
import { type Issuer, startIssuer } from "../support/issuer.ts";
import { type Served, startServed } from "../support/portal.ts";
import { audited, forgetSession } from "../support/steps.ts";
import { expect, test } from "../support/test.ts";

let issuer: Issuer;
let portal: Served;

test.beforeAll(async () => {
  issuer = await startIssuer();
  portal = await startServed({ accounts: [], timingScale: "1", people: {}, settings: issuer.settings });
  await issuer.expects(portal);
});

test.afterAll(async () => {
  await portal?.stop();
  await issuer?.stop();
});

test.describe.configure({ mode: "serial" });

test("a link leads there, and back to where somebody wanted to go", async ({ page }) => {
  await issuer.account("sub-kay", "kay", ["redis"]);
  await page.goto(`${portal.url}/policy`);
  await page.getByRole("link", { name: "Sign in with Example" }).click();
  await expect(page).toHaveURL(new RegExp(`^${issuer.url}/`));
  await page.getByRole("link", { name: "Continue as kay" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Policy" })).toBeVisible();
  expect(page.url()).toBe(`${portal.url}/policy`);
  await expect(page.getByRole("banner").getByText("kay")).toBeVisible();
  await expect(page.getByRole("banner").getByText("operator")).toBeVisible();
  // The strict cookie is there: the next page and a form work.
  await page.goto(`${portal.url}/batches/new`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const rows = await audited(page, "sign-in.succeeded");
  await expect(rows.first()).toContainText("method=oidc");

  await page.getByRole("banner").getByText("kay").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "You are signed out" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign out there too" })).toHaveAttribute("href", new RegExp(`^${issuer.url}/session/end`));
  await page.goto(`${portal.url}/policy`);
  await expect(page.getByRole("link", { name: "Sign in with Example" })).toBeVisible();
});

test("whoever has no role here, or cancels, is told so and can begin again", async ({ page }) => {
  await issuer.account("sub-lee", "lee", ["somebody-else"]);
  await page.goto(`${portal.url}/sign-in`);
  await page.getByRole("link", { name: "Sign in with Example" }).click();
  await page.getByRole("link", { name: "Continue as lee" }).click();
  await expect(page.getByRole("alert")).toContainText("You have no role here");
  await forgetSession(page);
  await page.goto(`${portal.url}/sign-in`);
  await page.getByRole("link", { name: "Sign in with Example" }).click();
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByRole("alert")).toContainText("Your organisation's sign-in said no");
  await expect(page.getByRole("link", { name: "Sign in with Example" })).toBeVisible();
});
