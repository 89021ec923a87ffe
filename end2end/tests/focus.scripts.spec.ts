// By Tab alone: on every page each control is reached once, in the order of the page, and it shows that it is.
import type { Page } from "@playwright/test";

import { expect, sharedTest } from "../support/drill.ts";
import { awake, withoutNews } from "../support/live.ts";
import { signIn } from "../support/steps.ts";
import { type Made, makeViews, views } from "../support/views.ts";

const test = sharedTest.extend<object, { made: Made }>({
  made: [async ({ running }, use) => use(await makeViews(running.portal)), { scope: "worker" }],
});

test.use({ share: "focus", viewport: { width: 1440, height: 900 } });

interface Stop {
  /** What it is, for whoever reads that the test failed. */
  what: string;
  /** Among all that can be reached, in the order of the document; -1: not among them. */
  place: number;
  /** Whether it looks as it does without the focus. */
  unseen: boolean;
  dated: boolean;
}

/** More than any page has. */
const MOST = 400;

test("every control is reached by the keyboard and shows it", async ({ page, portal, made, complaints }) => {
  test.setTimeout(240_000);
  await page.goto("/sign-in");
  await walk(page, "sign in");
  await signIn(page, portal, "olga");
  // The first page may be asked for once more, by the clock of the browser.
  await awake(page);
  await withoutNews(page);
  for (const { name, open } of views(made)) {
    await open(page);
    await walk(page, name);
  }
  expect(complaints.splice(0).filter((complaint) => !complaint.includes("404"))).toEqual([]);
});

async function walk(page: Page, name: string): Promise<void> {
  const count = await page.evaluate(mark);
  expect(count, name).toBeGreaterThan(0);
  const places: number[] = [];
  for (let number = 0; number < MOST; number += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(focused);
    if (stop === null || (places.length > 0 && stop.place === places[0])) break;
    // A date has a stop for each of its parts, which the browser itself marks.
    if (stop.dated && stop.place === places.at(-1)) continue;
    expect(stop, `${name}: after ${places.length} controls`).toMatchObject({ unseen: false });
    expect(stop.place, `${name}: ${stop.what}`).toBeGreaterThan(places.at(-1) ?? -1);
    places.push(stop.place);
  }
  expect(places.length, `${name}: of ${count} controls`).toBe(count);
}

/** Numbers what can be reached. Of radio buttons of one name the Tab key reaches one. */
function mark(): number {
  const reachable = "a[href], button, input, select, textarea, summary, [tabindex]";
  const groups = new Set<string>();
  let count = 0;
  for (const element of document.querySelectorAll<HTMLElement>(reachable)) {
    const disabled = element.matches(":disabled, [tabindex='-1'], input[type=hidden]");
    const seen = element.checkVisibility({ visibilityProperty: true });
    const inert = element.closest("[inert]") !== null;
    if (disabled || !seen || inert) continue;
    if (element instanceof HTMLInputElement && element.type === "radio") {
      if (groups.has(element.name)) continue;
      groups.add(element.name);
    }
    // Another one of the group may be the one that is chosen.
    const alike = element instanceof HTMLInputElement && element.type === "radio" ? `input[type=radio][name="${element.name}"]` : null;
    for (const one of alike ? document.querySelectorAll(alike) : [element]) one.setAttribute("data-stop", String(count));
    count += 1;
  }
  (document.activeElement as HTMLElement | null)?.blur();
  return count;
}

function focused(): Stop | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  // What is drawn around it, or around what stands for it (a switch, a tick).
  const shows = (one: Element | null) => {
    if (one === null) return false;
    const style = getComputedStyle(one);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  const seen = [element, element.nextElementSibling, element.parentElement, element.closest("label")].some(shows);
  const text = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 60);
  const stop = element.getAttribute("data-stop");
  const dated = element.matches("input[type=date], input[type=datetime-local]");
  return { what: `${element.tagName} ${text}`, place: stop === null ? -1 : Number(stop), unseen: !seen, dated };
}
