// Starts the portal: as a sandbox, or with a configuration and people made at the command line.
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { makeFolder } from "./folder.ts";
import { type Program, runLatchkey, startLatchkey } from "./program.ts";
import type { Keys } from "./simulator.ts";

export interface Portal {
  /** Without a slash at the end. */
  url: string;
  /** Who can sign in, with which password. */
  people: Record<string, string>;
  /** Standard output and log so far, of every start. */
  said(): string;
  stop(): Promise<void>;
}

/** One that can die and come back on the same database. */
export interface Served extends Portal {
  /** Where configuration, secrets and, on SQLite, the database are. */
  folder: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts again after a `kill` or an `end`, on another port: `url` is the new one. */
  startAgain(): Promise<void>;
  /** Asks it to end; its folder stays. */
  end(): Promise<void>;
  /** Starts again where it was. */
  startAgainHere(): Promise<void>;
}

/** `latchkey serve --sandbox` on a free port, with these arguments after it. */
export async function startSandbox(...extra: string[]): Promise<Portal> {
  const folder = makeFolder();
  const program = startLatchkey(["serve", "--sandbox", "--listen", "127.0.0.1:0", ...extra], folder.path);
  const stop = async () => {
    await program.stop();
    folder.remove();
  };
  try {
    await program.says(/Stop with/);
    const people = [...program.said().matchAll(/sign in as (\S+) +\S+ +password (\S+)/g)];
    const url = await printedUrl(program);
    return { url, people: Object.fromEntries(people.map(([, name, word]) => [name, word])), said: program.said, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export interface Account extends Keys {
  /** The simulated cloud, or something in between. */
  endpoint: string;
  signature: "v1" | "v3";
}

export interface Configuration {
  accounts: Account[];
  /** Absent: a new SQLite file. */
  database?: string;
  /** Of every wait, from 0.001 to 1. */
  timingScale: string;
  /** Role by name. */
  people: Record<string, string>;
  /** More settings of the whole portal, by key. */
  settings: Record<string, string | string[]>;
  /** More for the process. */
  environment?: Record<string, string>;
}

/** Of everybody who is made at the command line. */
export const PASSWORD = "correct horse battery staple";

/** Role by name. */
export const PEOPLE = { olga: "operator", vera: "viewer" };

/** `latchkey serve --config` on a free port. */
export async function startServed(configuration: Configuration): Promise<Served> {
  const { accounts, database, timingScale, people, settings, environment } = configuration;
  const folder = makeFolder();
  const config = join(folder.path, "latchkey.toml");
  mkdirSync(join(folder.path, "secrets"), { mode: 0o700 });
  // With PostgreSQL there is no file for it to lie beside.
  const audit = join(folder.path, "secrets", "audit-key");
  writeFileSync(audit, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  const where = database ?? `sqlite:${join(folder.path, "latchkey.db")}`;
  writeFileSync(config, written(folder.path, accounts, { database: where, timing_scale: timingScale, audit_key_file: audit, ...settings }));
  const starts: Program[] = [];
  const start = async (...extra: string[]) => {
    const program = startLatchkey(["serve", "--config", config, ...extra], folder.path, { LATCHKEY_LOG: "info", ...environment });
    starts.push(program);
    served.url = await printedUrl(program);
    await ready(served.url);
  };
  const stop = async () => {
    await starts.at(-1)?.stop();
    folder.remove();
  };
  const served: Served = {
    url: "",
    people: Object.fromEntries(Object.keys(people).map((name) => [name, PASSWORD])),
    folder: folder.path,
    said: () => starts.map((program) => program.said()).join(""),
    stop,
    kill: async () => starts.at(-1)?.kill(),
    startAgain: () => start(),
    end: async () => starts.at(-1)?.stop(),
    startAgainHere: () => start("--listen", new URL(served.url).host),
  };
  try {
    for (const [name, role] of Object.entries(people)) {
      const words = ["user", "add", name, "--role", role, "--password-stdin", "--config", config];
      await runLatchkey(words, folder.path, `${PASSWORD}\n`);
    }
    await start();
    return served;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A configuration as its documentation has it; each secret in a file of its own. */
function written(folder: string, accounts: Account[], settings: Record<string, string | string[]>): string {
  const quoted = (value: string | string[]) => JSON.stringify(value);
  const tables = accounts.map((account) => {
    const file = join(folder, "secrets", account.name);
    writeFileSync(file, `${account.access_key_secret}\n`, { mode: 0o600 });
    return [
      "[[accounts]]",
      `name = ${quoted(account.name)}`,
      `access_key_id = ${quoted(account.access_key_id)}`,
      `access_key_secret_file = ${quoted(file)}`,
      `endpoint = ${quoted(account.endpoint)}`,
      `signature = ${quoted(account.signature)}`,
    ];
  });
  const said = Object.entries(settings).map(([key, value]) => `${key} = ${quoted(value)}`);
  const top = [`listen = "127.0.0.1:0"`, ...said];
  return [top, ...tables].map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** The first address on loopback that the process prints. */
async function printedUrl(program: Program): Promise<string> {
  return (await program.says(/http:\/\/127\.0\.0\.1:\d+/))[0];
}

/** Writes are taken only once everything that was open at the start has been taken up. */
async function ready(url: string): Promise<void> {
  const late = Date.now() + 60_000;
  while (!(await fetch(`${url}/readyz`)).ok) {
    if (Date.now() > late) throw new Error(`${url} does not become ready`);
  }
}
