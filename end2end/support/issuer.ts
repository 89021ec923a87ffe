// A provider of single sign-on: the certified `oidc-provider`, as the server's tests run it.
import { spawn } from "node:child_process";
import { resolve } from "node:path";

import type { Served } from "./portal.ts";

const FOLDER = resolve(import.meta.dirname, "../../server/tests/oidc");
const CLIENT = "latchkey";

export interface Issuer {
  /** Without a slash at the end. */
  url: string;
  /** Settings of a portal that lets people of this provider in. */
  settings: Record<string, string | string[]>;
  /** Who signs in next. */
  account(subject: string, name: string, groups: string[]): Promise<void>;
  /** The provider knows from now on where the portal is. */
  expects(portal: Served): Promise<void>;
  stop(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const child = spawn("node", ["provider.mjs"], { cwd: FOLDER, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const url = await new Promise<string>((found, failed) => {
    const hear = (part: Buffer) => {
      said += part;
      const match = /^http:\/\/127\.0\.0\.1:\d+$/m.exec(said);
      if (match) found(match[0]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", failed);
    child.once("close", () => failed(new Error(`the provider ended; install it: cargo xtask setup\n${said}`)));
  });
  const tell = async (what: object) => {
    const answer = await fetch(`${url}/control`, { method: "POST", body: JSON.stringify(what) });
    return (await answer.json()) as { secret: string };
  };
  const { secret } = await tell({});
  return {
    url,
    settings: {
      oidc_issuer: url,
      oidc_client_id: CLIENT,
      oidc_client_secret: secret,
      oidc_name: "Example",
      oidc_allow: ["127.0.0.1"],
      group_roles: ["staff=viewer", "redis=operator", "security=admin"],
    },
    account: async (sub, preferred_username, groups) => void (await tell({ account: { sub, preferred_username, groups } })),
    expects: async (portal) =>
      void (await tell({
        redirect_uris: [`${portal.url}/sign-in/oidc/callback`],
        post_logout_redirect_uris: [`${portal.url}/signed-out`],
      })),
    stop: async () => {
      const gone = new Promise((resolve) => child.once("close", resolve));
      child.kill();
      await gone;
    },
  };
}
