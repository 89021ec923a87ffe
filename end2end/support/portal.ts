// Starts the binary that would be shipped, as a person would, and stops it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const BINARY = resolve(import.meta.dirname, "../../target/release/latchkey");

/** Far beyond any start: it only tells a hang from a slow machine. */
const DEADLINE_MS = 60_000;

export interface Portal {
  /** Without a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

/** `latchkey serve --sandbox` on a free port, with these arguments after it, in an empty directory of its own. */
export async function startPortal(...extra: string[]): Promise<Portal> {
  const directory = mkdtempSync(join(tmpdir(), "latchkey-end2end-"));
  const child = spawn(BINARY, ["serve", "--sandbox", "--listen", "127.0.0.1:0", ...extra], {
    cwd: directory,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = async () => {
    await ended(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    return { url: await printedUrl(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The first address on loopback that the process prints. */
function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${BINARY} printed no address`)), DEADLINE_MS);
    const over = (reason: string) => {
      clearTimeout(late);
      reject(new Error(`${BINARY} ${reason}`));
    };
    child.once("error", (error) => over(`cannot be started: ${error.message}; build it: cargo xtask build --release`));
    child.once("exit", (code, signal) => over(`ended (${code ?? signal}) before it printed an address`));
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (url) {
        clearTimeout(late);
        resolve(url);
      }
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  await exit;
  clearTimeout(late);
}
