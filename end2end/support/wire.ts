// What really went over the wire: answers as they were sent, and which requests a browser did not take from its cache.
import { get, type IncomingHttpHeaders } from "node:http";

import type { Page } from "@playwright/test";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One GET, with nothing unpacked. */
export function fetchRaw(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
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
