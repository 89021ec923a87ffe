import { expect, test } from "../support/test.ts";

test("every island of the first page wakes up", async ({ page }) => {
  await page.goto("/");
  await expect(page.locator("leptos-island[data-awake]").first()).toBeAttached();
  await expect(page.locator("leptos-island:not([data-awake])")).toHaveCount(0);
});

test("nothing is fetched twice, and a second visit fetches only the page", async ({ page }) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  const visit = async () => {
    fetched.length = 0;
    await page.goto("/", { waitUntil: "networkidle" });
    await expect(page.locator("leptos-island[data-awake]").first()).toBeAttached();
    return [...fetched].sort();
  };
  const first = await visit();
  console.log(first);
  expect(first).toEqual([...new Set(first)]);
  console.log(await visit());
});
