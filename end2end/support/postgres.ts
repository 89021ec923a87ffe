// A PostgreSQL of the tests' own: see crates/scratch-postgres. It ends with this process, whatever happens.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const BINARY = resolve(import.meta.dirname, "../../target/debug/scratch-postgres");

export interface Postgres {
  /** The address of a new, empty database. */
  database(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a cluster; one a worker is enough for any number of databases. */
export function startPostgres(): Postgres {
  const child = spawn(BINARY, [], { stdio: ["pipe", "pipe", "inherit"] });
  const exit = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`cannot be started: ${error.message}; build it: cargo build -p scratch-postgres`));
    child.once("exit", (code, signal) => resolve(`ended (${code ?? signal})`));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = async () => {
    throw new Error(`${BINARY} ${await exit}`);
  };
  return {
    async database() {
      child.stdin.write("\n");
      const { value, done } = await Promise.race([lines.next(), ended()]);
      return done ? ended() : value;
    },
    async stop() {
      child.stdin.end();
      await exit;
    },
  };
}
