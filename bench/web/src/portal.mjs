// The portal that is measured: a release at its default pace, and beside it the simulated cloud, of which all was read.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runWith, start } from "./program.mjs";

const DEADLINE_MS = 15 * 60_000;
const NAME = "olga";
const PASSWORD = "correct horse battery";

/** `latchkey serve` on so many instances in thirty regions, and the session of an operator. */
export async function startPortal(binary, instances) {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-web-"));
  const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, LATCHKEY_LOG: "error" } };
  const fleet = ["--instances", `${instances}`, "--regions", "30"];
  const cloud = await start(binary, ["simulator", ...fleet], /^\{.*\}$/m, options);
  const { accounts, endpoint } = JSON.parse(cloud.found[0]);
  writeFileSync(join(folder, "latchkey.toml"), configuration(accounts, endpoint, folder));
  runWith(`${PASSWORD}\n`, binary, ["user", "add", "--role", "operator", "--password-stdin", NAME], options);
  const portal = await start(binary, ["serve"], /Latchkey is at (http:\/\/127\.0\.0\.1:\d+)/, options);
  const url = portal.found[1];
  const cookie = await signIn(url);
  const stop = async () => {
    await portal.stop();
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, cookie, stop, pid: portal.pid, page: (path) => page(url, cookie, path) };
}

/** The secrets go into files beside it. */
function configuration(accounts, endpoint, folder) {
  const text = ['listen = "127.0.0.1:0"', 'database = "sqlite:latchkey.db"'];
  for (const { name, access_key_id: id, access_key_secret: secret } of accounts) {
    const file = join(folder, `${name}.secret`);
    writeFileSync(file, secret, { mode: 0o600 });
    text.push("", "[[accounts]]", `name = "${name}"`, `endpoint = "${endpoint}"`);
    text.push(`access_key_id = "${id}"`, `access_key_secret_file = "${file}"`);
  }
  return `${text.join("\n")}\n`;
}

async function signIn(url) {
  const answer = await fetch(`${url}/api/ui/session/sign-in`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ name: NAME, password: PASSWORD }),
  });
  if (!answer.ok) throw new Error(`signing in: ${answer.status} ${await answer.text()}`);
  const [cookie] = answer.headers.getSetCookie();
  return cookie.split(";")[0];
}

async function page(url, cookie, path) {
  const answer = await fetch(url + path, { headers: { cookie } });
  return answer.text();
}

/** Until every instance is known, nearly all were read, and the portal rests: what goes on then is what always goes on. */
export async function whenRead(portal, instances) {
  const late = Date.now() + DEADLINE_MS;
  for (;;) {
    const text = (await portal.page("/overview")).replaceAll(/<[^>]+>/g, "").replaceAll(",", "");
    const [, read, known] = (/(\d+) of (\d+) read/.exec(text) ?? []).map(Number);
    if (known >= instances && read >= instances * 0.99 && (await rests(portal.pid))) return;
    if (Date.now() > late) throw new Error(`of ${instances} instances only ${known} are known and ${read} read`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Whether it used less than a fifth of a core for five seconds: proc_pid_stat(5), ticks of 10 ms. */
async function rests(pid) {
  const ticks = () => {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13);
    return Number(user) + Number(system);
  };
  const before = ticks();
  await new Promise((resolve) => setTimeout(resolve, 5000));
  return ticks() - before < 100;
}
