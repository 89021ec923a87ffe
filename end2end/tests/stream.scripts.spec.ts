// The stream that tells open pages what happened: one a browser, and never after signing out.
import { request as send } from "node:http";

import { signInByHand } from "../support/by-hand.ts";
import { expect, test } from "../support/drill.ts";
import { awake, changeBehind, watchStreams } from "../support/live.ts";
import { rowOf, signIn, whenRead } from "../support/steps.ts";
import { fetchRaw } from "../support/wire.ts";

const NAME = "orders-cache-dev";
const PLACE = "acme-retail/cn-hangzhou/r-bp1ordersdev0001";

test("eight tabs share one stream, and another takes over when its tab closes", async ({ page, portal, cloud }) => {
  const streams = watchStreams(page);
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
  const tabs = [page];
  while (tabs.length < 8) {
    const tab = await page.context().newPage();
    await tab.goto(`/instances?q=${NAME}`);
    await awake(tab);
    tabs.push(tab);
  }
  await expect.poll(() => streams.length).toBe(1);
  const hand = await signInByHand(portal, "olga");
  await changeBehind(cloud, hand, PLACE, { VpcAuthMode: "Close" });
  for (const tab of tabs) await expect(rowOf(tab, NAME)).toContainText("Password-free");
  expect(streams).toHaveLength(1);

  const holder = streams[0].frame().page();
  await holder.close();
  await expect.poll(() => streams.map((stream) => stream.frame().page() !== holder)).toEqual([true]);
  await changeBehind(cloud, hand, PLACE, { VpcAuthMode: "Open" });
  for (const tab of tabs.filter((tab) => tab !== holder)) await expect(rowOf(tab, NAME)).toContainText("Password required");
  expect(streams).toHaveLength(1);
});

test("after the portal was started anew the stream goes on", async ({ page, portal, cloud, complaints }) => {
  await signIn(page, portal, "vera");
  await whenRead(page, NAME);
  await awake(page);
  await page.evaluate(() => Object.assign(window, { samePage: true }));
  await portal.end();
  // What happens before the browser is back is not lost either: it waits three seconds.
  await portal.startAgainHere();
  await changeBehind(cloud, await signInByHand(portal, "olga"), PLACE, { VpcAuthMode: "Close" });
  await expect(rowOf(page, NAME)).toContainText("Password-free", { timeout: 45_000 });
  expect(await page.evaluate(() => "samePage" in window)).toBe(true);
  expect(complaints.splice(0).filter((complaint) => !/ERR_|503/.test(complaint))).toEqual([]);
});

test("who signs out is told nothing more", async ({ portal }) => {
  const hand = await signInByHand(portal, "vera");
  const headers = { cookie: hand.cookie, accept: "text/event-stream" };
  const stream = await new Promise<{ status: number; over: Promise<void> }>((resolve, reject) => {
    const request = send(`${portal.url}/events`, { headers, agent: false }, (response) => {
      const over = new Promise<void>((resolve) => response.on("close", resolve));
      response.resume();
      resolve({ status: response.statusCode ?? 0, over });
    });
    request.on("error", reject);
    request.end();
  });
  expect(stream.status).toBe(200);
  await hand.post("/api/ui/session/sign-out", {});
  await stream.over;
  // Which tells a browser not to come back.
  expect((await fetchRaw(`${portal.url}/events`, headers)).status).toBe(204);
});

test("signing out in one tab ends what the others show, and what they keep", async ({ page, portal }) => {
  const streams = watchStreams(page);
  await signIn(page, portal, "vera");
  const other = await page.context().newPage();
  // So that there is a page to go back to.
  await other.goto("/instances");
  await other.goto("/overview");
  await awake(other);
  await expect.poll(() => streams.length).toBe(1);
  for (const tab of [page, other]) {
    await tab.evaluate(() => sessionStorage.setItem("latchkey-selection", "core/cn-hangzhou/r-1"));
  }
  await page.getByRole("banner").getByText("vera").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  for (const tab of [page, other]) {
    await expect(tab.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
    expect(await tab.evaluate(() => sessionStorage.length)).toBe(0);
  }
  await expect.poll(() => streams.length, { timeout: 45_000 }).toBe(0);
  // Nor does going back show it again.
  await other.goBack();
  await expect(other.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
});

test("a session that is ended elsewhere ends what its tabs show", async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  await page.goto("/overview");
  await awake(page);
  const cookies = await page.context().cookies(portal.url);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const answer = await fetch(`${portal.url}/api/ui/session/sign-out`, {
    method: "POST",
    headers: { cookie, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
  });
  expect(answer.status).toBe(200);
  // The stream ends within its sign of life, and the browser comes back once.
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible({ timeout: 45_000 });
});
