// Reading a whole list again, before its turn.
import { expect, test } from "../support/drill.ts";
import { names } from "../support/list.ts";
import { signIn } from "../support/steps.ts";

test("a list that is read again says how many instances that are, and is read", async ({ page, portal }) => {
  await signIn(page, portal, "vera");
  const list = "/instances?region=cn-shanghai";
  const ages = async () => {
    await page.goto(list);
    const times = await page.locator("#rows .read time").evaluateAll((all) => all.map((it) => it.getAttribute("datetime")));
    expect(times).toHaveLength((await names(page)).length);
    return times.map((time) => Date.parse(time ?? ""));
  };
  // What was read within the last seconds is not read again.
  await expect(async () => {
    const read = await ages();
    expect(read.length).toBeGreaterThan(3);
    expect(Date.now() - Math.max(...read)).toBeGreaterThan(6_000);
  }).toPass({ timeout: 60_000 });
  const before = await ages();
  await page.getByRole("button", { name: "Read again" }).click();
  await expect(page.getByText(`${before.length} instances are being read again, before all others.`)).toBeVisible();
  await expect(page).toHaveURL(`${portal.url}${list}&being_read=${before.length}`);
  await expect(async () => {
    expect(Math.min(...(await ages()))).toBeGreaterThan(Math.max(...before));
  }).toPass({ timeout: 60_000 });
});
