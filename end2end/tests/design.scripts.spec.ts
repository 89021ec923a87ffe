// The page that shows the look: in the sandbox only, accessible in both themes.
import { expectAccessible } from "../support/axe.ts";
import { test as withCloud } from "../support/drill.ts";
import { expect, test } from "../support/sandbox.ts";
import { signIn } from "../support/steps.ts";

test("every part stands there in its states, in both themes", async ({ page, portal }) => {
  await signIn(page, portal, "lin.wei");
  await page.goto("/design");
  for (const theme of ["Light", "Dark"]) {
    const shown = page.getByRole("region", { name: theme, exact: true });
    for (const state of ["Default", "Hover", "Focus", "Active", "Disabled", "Busy"]) {
      await expect(shown.getByRole("button", { name: state, exact: true }).first()).toBeVisible();
    }
    // What is shown of a state is what the state does.
    const hovered = shown.getByRole("button", { name: "Hover", exact: true }).first();
    const calm = shown.getByRole("button", { name: "Default", exact: true }).first();
    const background = (of: typeof calm) => of.evaluate((button) => getComputedStyle(button).backgroundColor);
    const before = await background(calm);
    await calm.hover();
    await expect.poll(() => background(calm)).toBe(await background(hovered));
    expect(await background(calm)).not.toBe(before);
  }
  await page.mouse.move(0, 0);
  await expectAccessible(page);
});

withCloud("it is nowhere else", async ({ page, portal, complaints }) => {
  await signIn(page, portal, "olga");
  const answer = await page.goto("/design");
  expect(answer?.status()).toBe(404);
  complaints.splice(0);
});
