// The cloud of the tests, and the strings behind it: crates/simulator/README.md has every one of them.
import { makeFolder } from "./folder.ts";
import { startLatchkey } from "./program.ts";

/** An account and its key, under the names that configuration and simulator share. */
export interface Keys {
  name: string;
  access_key_id: string;
  access_key_secret: string;
}

/** A mutating request that arrived, whatever became of it. */
export interface Write {
  instance: string | null;
  scheme: string;
  parameters: Record<string, string>;
  nonce: string;
  result: { status: number | null; code: string | null };
  request_id: string;
  applied_at: string | null;
}

/** Which calls, and what happens to them. */
export interface Fault {
  account?: string;
  region?: string;
  action?: string;
  instance?: string;
  times?: number;
  fault: { kind: string; [more: string]: unknown };
}

export interface Group {
  name: string;
  attribute?: string;
  security_ips: string;
}

export interface Simulator {
  /** Of every region, and of STS. */
  endpoint: string;
  accounts: Keys[];
  /** Ids, as the cloud orders them. */
  regions(): Promise<string[]>;
  /** Writes that arrived, the first one first. */
  writes(instance?: string): Promise<Write[]>;
  /** Returns its number. */
  addFault(fault: Fault): Promise<number>;
  removeFault(number: number): Promise<void>;
  /** Calls by account, region and action. */
  counters(): Promise<{ action: string; calls: number }[]>;
  instance(id: string): Promise<Record<string, unknown>>;
  /** By the cloud's names; `null` leaves one out. */
  setFields(id: string, fields: Record<string, unknown>): Promise<void>;
  /** How the whole cloud behaves; what is absent stays as it is. */
  configure(settings: { latency_ms?: number; quotas?: boolean }): Promise<void>;
  setWhitelist(id: string, groups: Group[]): Promise<void>;
  enableKey(accessKeyId: string, enabled: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** `latchkey simulator` on free ports, whose changes take a moment. */
export async function startSimulator(extra: string[], environment: Record<string, string> = {}): Promise<Simulator> {
  const folder = makeFolder();
  const program = startLatchkey(["simulator", "--settle", "60", "160", ...extra], folder.path, environment);
  const stop = async () => {
    await program.stop();
    folder.remove();
  };
  let said: { endpoint: string; control: string; accounts: Keys[] };
  try {
    said = JSON.parse((await program.says(/^\{.*\}$/m))[0]);
  } catch (error) {
    await stop();
    throw error;
  }
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(said.control + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    endpoint: said.endpoint,
    accounts: said.accounts,
    regions: async () => (await ask("GET", "/")).regions,
    writes: (instance) => ask("GET", instance ? `/ledger?instance=${instance}` : "/ledger"),
    addFault: async (fault) => (await ask("POST", "/faults", fault)).id,
    removeFault: (number) => ask("DELETE", `/faults/${number}`),
    counters: () => ask("GET", "/counters"),
    instance: (id) => ask("GET", `/instances/${id}`),
    setFields: (id, fields) => ask("PATCH", `/instances/${id}`, fields),
    configure: (settings) => ask("PATCH", "/settings", settings),
    enableKey: (id, enabled) => ask("PATCH", `/keys/${id}`, { enabled }),
    setWhitelist: (id, groups) => ask("PUT", `/instances/${id}/whitelist`, groups),
    stop,
  };
}
