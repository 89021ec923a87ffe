// Pages of other origins that post to the portal with an operator's browser.
import { expect, sharedTest as test } from "../support/drill.ts";
import { form, startStranger } from "../support/stranger.ts";
import { audited, ENABLE, openInstance, openReview, signIn } from "../support/steps.ts";

test.use({ share: "forged" });

const ID = "r-uf6sessions00001";

for (const host of ["localhost", "127.0.0.1"] as const) {
  const where = host === "localhost" ? "another site" : "another origin of the same site";

  test(`forms of ${where} are refused and audited`, async ({ page, context, portal, cloud, complaints }) => {
    await signIn(page, portal, "olga");
    // The worst case: the stranger knows a review that could be confirmed.
    await openInstance(page, "sessions-prod");
    const review = await openReview(page, ENABLE);
    const fields: Record<string, string> = { reason: "forged", typed_name: "sessions-prod" };
    for (const name of ["review", "key"]) fields[name] = await review.locator(`input[name=${name}]`).inputValue();
    const place = { account: cloud.accounts[0].name, region: "cn-shanghai", id: ID, to: "password-free" };

    const forged: [string, Record<string, string>][] = [
      ["/api/ui/change/confirm", fields],
      ["/api/ui/review/take", place],
      ["/api/ui/session/sign-out", {}],
      ["/api/ui/preferences/set", { language: "zh-CN" }],
    ];
    for (const [path, fields] of forged) {
      const stranger = await startStranger(form(portal.url + path, fields));
      const other = await context.newPage();
      await other.goto(stranger.url(host));
      const answered = other.waitForResponse(portal.url + path);
      await other.getByRole("button", { name: "Win a prize" }).click();
      expect((await answered).status(), path).toBe(403);
      await expect(other.getByRole("heading", { level: 1 })).toHaveText("This came from another site");
      await expect(other.getByText("Nothing was changed.")).toBeVisible();
      await other.close();
      await stranger.stop();
    }
    expect(complaints.splice(0).filter((complaint) => !complaint.includes("status of 403"))).toEqual([]);

    expect(await cloud.writes(ID)).toEqual([]);
    const rows = await audited(page, "request.cross-site-refused");
    // Another site's form comes without the strict cookie; a neighbour's comes with it, and is refused all the same.
    const actor = host === "localhost" ? "nobody signed in" : "olga";
    for (const [path] of forged) {
      await expect(rows.filter({ hasText: `path=${path}` }).filter({ hasText: actor }).first()).toContainText("refused");
    }
    // Still signed in, still in English, and no change was asked for.
    await page.goto(`/changes?instance=${place.account}/${place.region}/${ID}`);
    await expect(page.getByRole("main")).toContainText("No change like that");
  });
}
