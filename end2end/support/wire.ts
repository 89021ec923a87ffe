// What really goes over the wire: answers as they are sent, and which requests a browser did not take from its cache.
import { type IncomingHttpHeaders, request as send } from "node:http";

import type { BrowserContext, Page } from "@playwright/test";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One GET, with nothing unpacked and no redirect followed. */
export function fetchRaw(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return exchange("GET", url, headers);
}

/** A form that no page sent: only what a program would send, and a browser's word that it comes from the portal. */
export function postByHand(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const form = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
  return exchange("POST", url, { ...form, ...headers }, new URLSearchParams(fields).toString());
}

/** The cookies of a browser as a header. */
export async function cookiesOf(context: BrowserContext): Promise<{ cookie: string }> {
  const cookies = await context.cookies();
  return { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") };
}

function exchange(method: string, url: string, headers: Record<string, string>, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Collects the path of every request that Chromium sends to the network from now on. */
export async function watchNetwork(page: Page): Promise<{ sent: string[] }> {
  const session = await page.context().newCDPSession(page);
  const paths = new Map<string, string>();
  const watched = { sent: [] as string[] };
  session.on("Network.requestWillBeSent", ({ requestId, request }) => {
    paths.set(requestId, new URL(request.url).pathname);
  });
  session.on("Network.requestServedFromCache", ({ requestId }) => paths.delete(requestId));
  session.on("Network.responseReceived", ({ requestId, response }) => {
    const path = paths.get(requestId);
    if (path !== undefined && !response.fromDiskCache && !response.fromPrefetchCache) watched.sent.push(path);
  });
  await session.send("Network.enable");
  return watched;
}
