// The review in production, whole: a wish without reason, name or ticks is refused by the server, and one with them is made.
import { expect, test } from "../support/drill.ts";
import { audited, confirm, DISABLE, ENABLE, expectOutcome, openInstance, openReview, signIn } from "../support/steps.ts";
import { cookiesOf, postByHand } from "../support/wire.ts";

test("enabling needs a reason and the name", async ({ page, portal, cloud, scripts }) => {
  await signIn(page, portal, "olga");
  await openInstance(page, "sessions-prod");
  const review = await openReview(page, ENABLE);
  const reason = review.getByLabel("Reason");
  const name = review.getByLabel("Type sessions-prod to confirm");
  if (!scripts) {
    const refused = async (words: string) => {
      await review.getByRole("button", { name: ENABLE, exact: true }).click();
      await expect(page.getByRole("alert")).toContainText("Nothing was changed, and what you typed is still there.");
      await expect(page.getByRole("alert")).toContainText(words);
    };
    await name.fill("sessions-prod");
    await refused("A reason is needed here.");
    await expect(name).toHaveValue("sessions-prod");
    await expect(reason).toHaveAttribute("aria-invalid", "true");
    await reason.fill("INC-4711 <b>&amp;");
    await name.fill("session-prod");
    await refused("That is not the name of this instance.");
    await expect(reason).toHaveValue("INC-4711 <b>&amp;");
    await expect(name).toHaveValue("session-prod");
    await expect(name).toHaveAttribute("aria-invalid", "true");
    await name.fill("");
    await refused("Type the name to confirm.");
    // Enter in a field is not the verb.
    await name.fill("sessions-prod");
    await name.press("Enter");
    await expect(page).toHaveURL(/\/reviews\//);
    // The notice is shown once.
    await page.reload();
    await expect(page.getByRole("alert")).toHaveCount(0);
  }
  await reason.fill("INC-4711 <b>&amp;");
  await name.fill("sessions-prod");
  await confirm(review, ENABLE);
  await expectOutcome(page, scripts, "Verified");
  await expect(page.getByText("INC-4711 <b>&amp;")).toBeVisible();
  expect(await cloud.writes("r-uf6sessions00001")).toHaveLength(1);
  const row = (await audited(page, "change.requested")).filter({ hasText: "r-uf6sessions00001" });
  await expect(row).toContainText("INC-4711 <b>&amp;");
  await expect(row).toContainText("environment=production");
});

test("disabling needs a reason and every tick", async ({ page, context, portal, cloud, scripts }) => {
  const id = "r-2zeinventory0001";
  await signIn(page, portal, "olga");
  await openInstance(page, "inventory-cache");
  const review = await openReview(page, DISABLE);
  await review.getByLabel("Reason").fill("INC-4712");
  const ticks = review.getByRole("checkbox");
  await expect(ticks).toHaveCount(2);
  if (!scripts) {
    await ticks.last().check();
    await review.getByRole("button", { name: DISABLE, exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("Tick each of these first.");
    await expect(ticks.last()).toBeChecked();
    await expect(ticks.first()).not.toBeChecked();
    await expect(review.getByLabel("Reason")).toHaveValue("INC-4712");
  }
  // By hand, without a tick.
  const fields: Record<string, string> = { reason: "INC-4712" };
  for (const name of ["review", "key"]) fields[name] = await review.locator(`input[name=${name}]`).inputValue();
  const answer = await postByHand(`${portal.url}/api/ui/change/confirm`, fields, await cookiesOf(context));
  expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
    400,
    expect.objectContaining({ code: "invalid-input", field: "acknowledged" }),
  ]);
  expect(await cloud.writes(id)).toEqual([]);

  for (const tick of await ticks.all()) await tick.check();
  await confirm(review, DISABLE);
  await expectOutcome(page, scripts, "Verified");
  expect((await cloud.writes(id)).map((write) => write.parameters.VpcAuthMode)).toEqual(["Open"]);
});
