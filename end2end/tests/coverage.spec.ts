// A large fleet while it is read for the first time: what is known is there at once, what is missing is named.
import { expect, test } from "../support/drill.ts";
import { names, PAGE } from "../support/list.ts";
import { signIn } from "../support/steps.ts";

const ACCOUNT = "acme-platform";
const DENIED = "cn-beijing";
const SILENT = "eu-central-1";
const THROTTLED = "cn-shenzhen";

test.use({
  drill: {
    simulator: ["--accounts", "2", "--regions", "30", "--instances", "10000", "--latency", "50"],
    prepare: async (cloud) => {
      for (const [region, kind] of [[DENIED, "deny"], [SILENT, "silence"], [THROTTLED, "throttle"]]) {
        await cloud.addFault({ account: ACCOUNT, region, action: "DescribeInstances", fault: { kind } });
      }
    },
  },
});

const number = (text: string | null) => Number(/^([\d,]+) of/.exec(text?.trim() ?? "")?.[1].replaceAll(",", ""));

test("ten thousand instances: rows at once, a count that grows, and the regions that do not answer", async ({
  page,
  portal,
  scripts,
}) => {
  await signIn(page, portal, "vera");
  await page.evaluate(() => Object.assign(window, { samePage: true }));
  const coverage = page.getByRole("region", { name: "Coverage" });
  const read = coverage.getByText(/[\d,]+ of [\d,]+ read/);
  /** With scripts the page follows by itself. */
  const becomes = async (look: () => Promise<void>) => {
    await expect(async () => {
      if (!scripts) await page.goto("/instances");
      await look();
    }).toPass({ timeout: 60_000 });
  };

  await becomes(async () => expect((await names(page)).length).toBe(PAGE));
  const before = number(await read.textContent());
  expect(before).toBeLessThan(9_000);
  await becomes(async () => expect(number(await read.textContent())).toBeGreaterThan(before + 100));
  await becomes(async () => {
    const text = (await coverage.textContent()) ?? "";
    expect(text).toMatch(new RegExp(`${ACCOUNT}: ${DENIED}, no permission`));
    expect(text).toContain("kvstore:DescribeInstances");
    expect(text).toMatch(new RegExp(`${ACCOUNT}: ${SILENT}, the cloud did not answer in time`));
    expect(text).toMatch(new RegExp(`${ACCOUNT}: ${THROTTLED}, the cloud asked us to slow down`));
  });
  if (scripts) expect(await page.evaluate(() => "samePage" in window)).toBe(true);

  // Nothing waits for the rest: filters and pages work meanwhile.
  await page.goto("/instances?region=cn-hangzhou&sort=exposure");
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(page.locator("#rows tr")).toHaveCount(PAGE);
});
