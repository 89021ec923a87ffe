// Every page of the portal, for specs that look at all of them.
import type { Page } from "@playwright/test";

import { enableByHand, signInByHand } from "./by-hand.ts";
import type { Portal } from "./portal.ts";

export interface View {
  name: string;
  /** Opens it, for somebody who is signed in. */
  open(page: Page): Promise<void>;
}

const at = (path: string) => async (page: Page) => void (await page.goto(path));

/** The paths of a change that is verified, and of a review that can be confirmed. */
export interface Made {
  change: string;
  review: string;
}

/** What is there for the operator olga. */
export function views({ change, review }: Made): View[] {
  const account = "/instances/acme-retail";
  return [
    { name: "overview", open: at("/overview") },
    { name: "accounts", open: at("/accounts") },
    { name: "instances", open: at("/instances") },
    { name: "instances in every column", open: at("/instances?region=cn-shanghai&column=place&column=engine&column=environment&column=status&column=access&column=exposure&column=whitelist&column=read&density=compact") },
    { name: "nothing found", open: at("/instances?q=there-is-no-such-thing") },
    { name: "instance", open: at(`${account}/cn-shanghai/r-uf6sessions00001`) },
    { name: "instance with warnings", open: at(`${account}/ap-southeast-1/r-t4nmobile0000001`) },
    { name: "instance without the mode", open: at(`${account}/cn-beijing/r-2zelegacy0000001`) },
    { name: "instance that was not read", open: at(`${account}/cn-hangzhou/r-throttled0000001`) },
    { name: "instance with odd values", open: at(`${account}/cn-shenzhen/r-wz9oddvalues0001`) },
    { name: "instance with a history", open: at(`${account}/cn-hangzhou/r-bp1ordersdev0001`) },
    { name: "review", open: at(review) },
    { name: "changes", open: at("/changes") },
    { name: "change", open: at(change) },
    { name: "audit", open: at("/audit") },
    { name: "policy", open: at("/policy") },
    { name: "inbox", open: at("/inbox") },
    { name: "my account", open: at("/me") },
    { name: "search or go to", open: at("/go?q=orders") },
    { name: "about", open: at("/about") },
    { name: "keyboard", open: at("/keys") },
    { name: "settings", open: at("/settings") },
    { name: "sessions", open: at("/me/sessions") },
    { name: "tokens", open: at("/tokens") },
    { name: "second factor", open: at("/me/second-factor") },
    { name: "proving who one is", open: at("/step-up?next=/policy") },
    { name: "batches", open: at("/batches") },
    { name: "a new batch", open: at("/batches/new?environment=development") },
    { name: "nothing waits", open: at("/changes?waiting=1") },
    { name: "not found", open: at("/nowhere") },
  ];
}

/** Makes what the pages show, so that none is empty. */
export async function makeViews(portal: Portal): Promise<Made> {
  const hand = await signInByHand(portal, "olga");
  const change = await enableByHand(hand, "acme-retail", "cn-hangzhou", "r-bp1ordersdev0001");
  const place = { account: "acme-retail", region: "cn-shanghai", id: "r-uf6sessions00001" };
  const review = await hand.post("/api/ui/review/take", { ...place, to: "password-free" });
  return { change, review: `/reviews/${review}` };
}

/** By the form on the sign-in page, or in the menu of somebody who is signed in. */
export async function prefer(page: Page, choice: string, person?: string): Promise<void> {
  if (person) await page.getByRole("banner").getByText(person).click();
  await page.getByRole("button", { name: choice, exact: true }).click();
}
