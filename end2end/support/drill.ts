// A cloud and a configured portal of the test's own: for what changes instances, and counts the cloud's writes.
import { type Calendar, makeCalendar } from "./calendar.ts";
import { type Account, PEOPLE, type Served, startServed } from "./portal.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type Keys, type Simulator, startSimulator } from "./simulator.ts";
import { test as base } from "./test.ts";

/** How a drill differs from the usual one. */
export interface Drill {
  signature: Account["signature"];
  database: "sqlite" | "postgres";
  /** Of every wait: with 0.01 proof is read back after 50 ms, and given up after 9 s. */
  timingScale: string;
  /** More for `latchkey simulator`. */
  simulator: string[];
  /** How the cloud is before the portal makes its first call. */
  prepare: (cloud: Simulator) => Promise<unknown>;
  /** Whether the portal speaks to the cloud through the relay. */
  relayed: boolean;
  /** The secret that the portal is given instead of each account's own. */
  wrongSecret: string | undefined;
  /** Role by name. */
  people: Record<string, string>;
  /** More settings of the portal, such as `approval_to_open_development`. */
  settings: Record<string, string>;
  /** At first, seconds from now: then cloud and portal have a calendar that the test can move. */
  calendar: number | undefined;
}

const USUAL: Drill = {
  signature: "v1",
  database: "sqlite",
  timingScale: "0.01",
  simulator: ["--accounts", "1", "--instances", "34"],
  prepare: async () => {},
  relayed: false,
  wrongSecret: undefined,
  people: PEOPLE,
  settings: {},
  calendar: undefined,
};

interface Running {
  cloud: Simulator;
  relay: Relay;
  portal: Served;
  calendar: Calendar;
}

interface EachWorker {
  /** The address of a new database. */
  newDatabase: () => Promise<string>;
}

const withDatabases = base.extend<object, EachWorker>({
  newDatabase: [
    async ({}, use) => {
      let postgres: Postgres | undefined;
      await use(() => (postgres ??= startPostgres()).database());
      await postgres?.stop();
    },
    { scope: "worker" },
  ],
});

/** One drill for each test, as `test.use({ drill: … })` has it. */
export const test = withDatabases.extend<Running & { drill: Partial<Drill>; running: Running }>({
  drill: [{}, { option: true }],
  running: async ({ drill, newDatabase }, use) => during({ ...USUAL, ...drill }, newDatabase, use),
  cloud: async ({ running }, use) => use(running.cloud),
  relay: async ({ running }, use) => use(running.relay),
  portal: async ({ running }, use) => use(running.portal),
  calendar: async ({ running }, use) => use(running.calendar),
  baseURL: async ({ portal }, use) => use(portal.url),
});

interface Shared {
  share: string;
  sharedDrill: Partial<Drill>;
  running: Running;
}

/**
 * One drill for all tests of a worker that say `test.use({ share: …, sharedDrill: … })` alike: a spec file has its own,
 * and its tests leave each other's instances alone. Without `sharedDrill` it is the usual one.
 */
export const sharedTest = withDatabases.extend<Omit<Running, "relay">, Shared>({
  share: ["", { scope: "worker", option: true }],
  sharedDrill: [{}, { scope: "worker", option: true }],
  running: [
    async ({ share, sharedDrill, newDatabase }, use) => {
      if (share === "") throw new Error("a spec that shares a drill says so: test.use({ share: … })");
      await during({ ...USUAL, ...sharedDrill }, newDatabase, use);
    },
    { scope: "worker" },
  ],
  cloud: async ({ running }, use) => use(running.cloud),
  portal: async ({ running }, use) => use(running.portal),
  calendar: async ({ running }, use) => use(running.calendar),
  baseURL: async ({ portal }, use) => use(portal.url),
});

async function during(drill: Drill, newDatabase: () => Promise<string>, use: (running: Running) => Promise<void>) {
  const calendar = makeCalendar(drill.calendar);
  const environment = drill.calendar === undefined ? {} : calendar.environment;
  const cloud = await startSimulator(drill.simulator, environment);
  const relay = await startRelay(cloud.endpoint);
  try {
    await drill.prepare(cloud);
    const account = (keys: Keys): Account => ({
      ...keys,
      access_key_secret: drill.wrongSecret ?? keys.access_key_secret,
      endpoint: drill.relayed ? relay.endpoint : cloud.endpoint,
      signature: drill.signature,
    });
    const portal = await startServed({
      accounts: cloud.accounts.map(account),
      database: drill.database === "postgres" ? await newDatabase() : undefined,
      timingScale: drill.timingScale,
      people: drill.people,
      settings: drill.settings,
      environment,
    });
    try {
      await use({ cloud, relay, portal, calendar });
    } finally {
      await portal.stop();
    }
  } finally {
    await relay.stop();
    await cloud.stop();
    calendar.remove();
  }
}

export { expect } from "./test.ts";
