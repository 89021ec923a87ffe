// A page of somebody else, on an origin of its own.
import { createServer } from "node:http";

export interface Stranger {
  /** Under a name: `localhost` is another site than 127.0.0.1, the same address on another port another origin. */
  url(host: "localhost" | "127.0.0.1"): string;
  stop(): Promise<void>;
}

/** Serves this HTML at every address. */
export async function startStranger(html: string): Promise<Stranger> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(`<!DOCTYPE html><html lang="en"><title>Elsewhere</title><body>${html}</body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stranger has no port");
  return {
    url: (host) => `http://${host}:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A form as an attacker would write it, and a button to fall for. */
export function form(action: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
  return `<form method="post" action="${action}">${inputs.join("")}<button>Win a prize</button></form>`;
}
