// Coming in and going out.
import { expect, test } from "../support/drill.ts";
import { PASSWORD } from "../support/portal.ts";
import { startStranger } from "../support/stranger.ts";
import { audited, fillSignIn, forgetSession, signIn } from "../support/steps.ts";
import { cookiesOf, fetchRaw, postByHand } from "../support/wire.ts";

const WHY = "User name and password do not fit";

test("a wrong password says one sentence, keeps the name, and tells nobody who there is", async ({ page, portal }) => {
  const seen: string[] = [];
  for (const name of ["olga", "nobody.here"]) {
    await page.goto("/sign-in");
    await fillSignIn(page, name, "not the password");
    await expect(page.getByRole("alert")).toContainText(WHY);
    await expect(page.getByLabel("User name")).toHaveValue(name);
    await expect(page.getByLabel("Password")).toHaveValue("");
    // Everything but the number of the request.
    const shown = await page.getByRole("main").ariaSnapshot();
    seen.push(shown.replaceAll(name, "NAME").replace(/code: [0-9a-f]{16}/, "code: NUMBER"));
  }
  expect(seen[0]).toBe(seen[1]);
  await fillSignIn(page, "olga", PASSWORD);
  await expect(page.getByRole("heading", { level: 1, name: "Instances" })).toBeVisible();

  const rows = await audited(page, "sign-in.refused");
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: "name=olga" })).toHaveCount(1);
  // What was typed as a name may have been a password.
  await expect(page.getByText("nobody.here")).toHaveCount(0);
  expect(portal.said()).not.toContain("nobody.here");
});

test("after three failures even the right password has to wait", async ({ page, portal }) => {
  const right = { name: "olga", password: PASSWORD };
  const send = (fields: Record<string, string>) => postByHand(`${portal.url}/api/ui/session/sign-in`, fields);
  await expect(async () => {
    for (let tries = 0; tries < 3; tries++) await send({ ...right, password: "not the password" });
    const answer = await send(right);
    // On a machine that stands still for longer than the wait, it is over: again then.
    expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([429, "sign-in-throttled"]);
    await page.goto("/sign-in");
    await fillSignIn(page, "olga", PASSWORD);
    await expect(page.getByRole("alert")).toContainText("Too many tries", { timeout: 2_000 });
  }).toPass();
  await expect(page.getByRole("alert")).toContainText("Wait ten seconds, then try again.");
  await expect(async () => {
    await fillSignIn(page, "olga", PASSWORD);
    await expect(page.getByRole("heading", { level: 1, name: "Instances" })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect((await audited(page, "sign-in.throttled")).first()).toContainText("name=olga");
  expect(portal.said()).not.toContain(PASSWORD);
});

test("signing out ends the session, not only the page", async ({ page, context, portal }) => {
  await signIn(page, portal, "olga");
  await page.goto("/audit");
  const old = await cookiesOf(context);
  expect((await fetchRaw(`${portal.url}/audit`, old)).status).toBe(200);
  await page.getByText("olga").first().click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  expect((await context.cookies()).filter(({ name }) => name === "__Host-portal")).toEqual([]);

  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  const dead = await fetchRaw(`${portal.url}/audit`, old);
  expect([dead.status, dead.headers.location]).toEqual([303, "/sign-in?next=/audit"]);
});

test("each sign-in is a session of its own", async ({ page, context, portal }) => {
  await signIn(page, portal, "olga");
  const first = await cookiesOf(context);
  await signIn(page, portal, "olga");
  const second = await cookiesOf(context);
  expect(second).not.toEqual(first);
});

test("a link leads to where it pointed, once somebody is signed in", async ({ page, portal }) => {
  await page.goto("/instances?access=password-free&q=cache");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await fillSignIn(page, "vera", PASSWORD);
  await expect(page).toHaveURL(`${portal.url}/instances?access=password-free&q=cache`);
});

test("a link leads nowhere else", async ({ page, portal }) => {
  for (const next of ["//evil.example", "https://evil.example/instances", "/\\evil.example", "/instances//evil.example"]) {
    await forgetSession(page);
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await fillSignIn(page, "vera", PASSWORD);
    await expect(page, next).toHaveURL(`${portal.url}/instances`);
  }
});

test("a link on another site arrives signed in, although the cookie is strict", async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  const stranger = await startStranger(`<a href="${portal.url}/instances?q=orders">Look at this</a>`);
  await page.goto(stranger.url("localhost"));
  const pages: number[] = [];
  page.on("response", (answer) => {
    if (answer.request().isNavigationRequest()) pages.push(answer.status());
  });
  await page.getByRole("link", { name: "Look at this" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Instances" })).toBeVisible();
  // The first answer is to a stranger's link, without the cookie: it asks once more, from the portal itself.
  expect(pages).toEqual([200, 200]);
  await expect(page).toHaveURL(`${portal.url}/instances?q=orders`);
  await stranger.stop();
});

test("a link on another site arrives after signing in, for who is not", async ({ page, portal }) => {
  const stranger = await startStranger(`<a href="${portal.url}/audit?code=user.added">Look at this</a>`);
  await page.goto(stranger.url("localhost"));
  await page.getByRole("link", { name: "Look at this" }).click();
  await fillSignIn(page, "vera", PASSWORD);
  await expect(page).toHaveURL(`${portal.url}/audit?code=user.added`);
  await expect(page.getByRole("row").filter({ hasText: "user.added" })).toHaveCount(2);
  await stranger.stop();
});
