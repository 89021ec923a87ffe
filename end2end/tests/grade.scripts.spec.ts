// The headers of the released binary behind its own TLS, graded by the MDN HTTP Observatory.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { issueCertificate } from "../support/certificate.ts";
import { makeFolder } from "../support/folder.ts";
import { PASSWORD } from "../support/portal.ts";
import { runLatchkey, startLatchkey } from "../support/program.ts";
import { expect, test } from "../support/test.ts";

const GRADE = resolve(import.meta.dirname, "../support/grade.mjs");

test("over TLS the headers get the best grade, signed out and signed in", async ({ browser }) => {
  const folder = makeFolder();
  const { authority, certificate, key } = issueCertificate(folder.path);
  const port = await freePort();
  const url = `https://localhost:${port}`;
  const config = join(folder.path, "latchkey.toml");
  const settings = { listen: `127.0.0.1:${port}`, public_url: url, tls_certificate_file: certificate, tls_key_file: key };
  const lines = Object.entries({ ...settings, database: `sqlite:${join(folder.path, "portal.db")}` });
  writeFileSync(config, lines.map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join(""));
  await runLatchkey(["user", "add", "vera", "--role", "viewer", "--password-stdin", "--config", config], folder.path, `${PASSWORD}\n`);
  const program = startLatchkey(["serve", "--config", config], folder.path);
  try {
    await program.says(/Latchkey is at/);
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(`${url}/sign-in`);
    await page.getByLabel("Name").fill("vera");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${url}/instances`);
    const [session] = (await context.cookies()).filter(({ name }) => name === "__Host-portal");
    await context.close();
    for (const [path, cookie] of [["/sign-in", ""], ["/instances", `${session?.name}=${session?.value}`], ["/healthz", ""]] as const) {
      const told = await grade(port, path, cookie, authority);
      expect(told, path).toMatchObject({ status: 200, verified: true, grade: "A+", failed: [] });
      expect(told.score, path).toBeGreaterThanOrEqual(130);
    }
  } finally {
    await program.stop();
    folder.remove();
  }
});

interface Told {
  status: number;
  score: number;
}

async function grade(port: number, path: string, cookie: string, authority: string): Promise<Told> {
  const words = [GRADE, String(port), path, ...(cookie === "" ? [] : [cookie])];
  const env = { PATH: process.env.PATH ?? "", NODE_EXTRA_CA_CERTS: authority };
  const { stdout } = await promisify(execFile)(process.execPath, words, { env });
  return JSON.parse(stdout) as Told;
}

/** One that nobody listens on: the portal has to know its own address before it starts. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
