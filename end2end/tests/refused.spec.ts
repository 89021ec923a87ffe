// What cannot be enabled: each ends in the right words before a call is made, nothing is changed, and the audit tells it.
import { expect, sharedTest as test } from "../support/drill.ts";
import { audited, ENABLE, openInstance, openReview, signIn, whenRead } from "../support/steps.ts";
import { cookiesOf, postByHand } from "../support/wire.ts";

const BLOCKED = [
  {
    what: "a whitelist with 0.0.0.0/0",
    name: "partners-gateway-cache",
    id: "r-bp1partners00001",
    check: "The whitelist admits everyone",
    fact: "0.0.0.0/0 by partners; remove it first",
  },
  {
    what: "a whitelist that was never set",
    name: "fresh-cache",
    id: "r-bp1fresh00000001",
    check: "No whitelist is set",
    fact: "it is empty or holds only 127.0.0.1, which admits nobody",
  },
  {
    what: "an empty whitelist",
    name: "bare-cache",
    id: "r-bp1bare000000001",
    check: "No whitelist is set",
    fact: "it is empty or holds only 127.0.0.1, which admits nobody",
  },
  {
    what: "an instance that is not running",
    name: "search-cache-resizing",
    id: "r-wz9resizing00001",
    check: "The instance is not ready for a change",
    fact: "its status is Changing; it must be Normal",
  },
];

for (const { what, name, id, check, fact } of BLOCKED) {
  test(`${what} blocks the review`, async ({ page, portal, cloud }) => {
    await signIn(page, portal, "olga");
    await openInstance(page, name);
    const review = await openReview(page, ENABLE);
    await expect(review.getByRole("listitem").filter({ hasText: check })).toContainText(fact);
    await expect(review.getByRole("status")).toContainText("This cannot be done now");
    await expect(review.getByRole("status")).toContainText("Nothing was changed.");
    await expect(review.getByRole("button")).toHaveText(["Check again"]);

    expect(await cloud.writes(id)).toEqual([]);
    expect((await cloud.instance(id)).VpcAuthMode).toBe("Open");
    const rows = (await audited(page, "review.taken")).filter({ hasText: id });
    await expect(rows.first()).toContainText("olga");
  });
}

const WITHOUT_THE_MODE = [
  { what: "a classic network", name: "legacy-counter", id: "r-2zelegacy0000001", region: "cn-beijing", check: "Not in a VPC" },
  { what: "Memcache", name: "page-fragments", id: "r-2zefragments0001", region: "cn-beijing", check: "The engine may not have this mode" },
];

for (const { what, name, id, region, check } of WITHOUT_THE_MODE) {
  test(`${what} has no such mode, and is not called off`, async ({ page, context, portal, cloud }) => {
    await signIn(page, portal, "olga");
    await openInstance(page, name);
    const main = page.getByRole("main");
    await expect(main.getByText("Not applicable").first()).toBeVisible();
    await expect(main.getByText("Classic network and Memcache have no such mode.")).toBeVisible();
    await expect(main.getByRole("switch", { name: "have no such mode" })).toBeDisabled();
    await expect(main.getByRole("button", { name: ENABLE })).toHaveCount(0);

    // Asked for all the same, by hand.
    const account = cloud.accounts[0].name;
    const fields = { account, region, id, to: "password-free" };
    const taken = await postByHand(`${portal.url}/api/ui/review/take`, fields, await cookiesOf(context));
    expect(taken.status).toBe(200);
    const reviewId = JSON.parse(taken.body.toString());
    await page.goto(`/reviews/${reviewId}`);
    await expect(page.getByRole("article").getByRole("listitem").filter({ hasText: check }).first()).toBeVisible();
    const wish = { review: reviewId, key: "0123456789abcdef0123456789abcdef", reason: "by hand", typed_name: name };
    const refused = await postByHand(`${portal.url}/api/ui/change/confirm`, wish, await cookiesOf(context));
    expect([refused.status, JSON.parse(refused.body.toString()).code]).toEqual([409, "blocked"]);
    expect(await cloud.writes(id)).toEqual([]);
  });
}

test("a viewer is told why not, and a form made by hand is refused", async ({ page, context, portal, cloud }) => {
  const name = "billing-cache";
  const id = "r-bp1nolabel000001";
  await signIn(page, portal, "vera");
  await openInstance(page, name);
  const why = "Your role may look but not change. An operator can.";
  await expect(page.getByRole("main").getByText(why)).toBeVisible();
  await expect(page.getByRole("switch", { name: why })).toBeDisabled();
  await expect(page.getByRole("button", { name: ENABLE })).toHaveCount(0);
  await whenRead(page, name);
  await expect(page.getByRole("switch", { name: why })).toBeDisabled();

  const cookies = await cookiesOf(context);
  const fields = { account: cloud.accounts[0].name, region: "cn-hangzhou", id, to: "password-free" };
  const review = await postByHand(`${portal.url}/api/ui/review/take`, fields, cookies);
  expect([review.status, JSON.parse(review.body.toString()).code]).toEqual([403, "forbidden"]);
  const wish = { review: "0".repeat(32), key: "0123456789abcdef0123456789abcdef" };
  const change = await postByHand(`${portal.url}/api/ui/change/confirm`, wish, cookies);
  expect([change.status, JSON.parse(change.body.toString()).code]).toEqual([403, "forbidden"]);

  // As a page's own form would send it: back to a page that says so.
  const asForm = await postByHand(`${portal.url}/api/ui/review/take`, fields, { ...cookies, accept: "text/html" });
  expect(asForm.status).toBe(303);
  await page.goto(asForm.headers.location ?? "");
  await expect(page.getByRole("alert")).toContainText("Your role does not cover this");
  await expect(page.getByRole("alert")).toContainText("Nothing was changed.");

  expect(await cloud.writes(id)).toEqual([]);
  const rows = await audited(page, "access.denied");
  await expect(rows.filter({ hasText: "act=take-review needed=operator" }).first()).toContainText("vera");
  await expect(rows.filter({ hasText: "act=confirm-change needed=operator" }).first()).toContainText("vera");
});
