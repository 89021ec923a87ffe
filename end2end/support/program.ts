// A process of the tests: the binary that would be shipped, started as a person would, with every word it says.
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { StringDecoder } from "node:string_decoder";

/** Another build, such as an unoptimised one, by the variable of this name. */
export const LATCHKEY = resolve(process.env.LATCHKEY ?? resolve(import.meta.dirname, "../../target/release/latchkey"));

/** Far beyond any start or end: it only tells a hang from a slow machine. */
const DEADLINE_MS = 60_000;

export interface Program {
  /** Everything said so far, on standard output and standard error. */
  said(): string;
  /** The first match in what it says on standard output, also later. Fails if it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks it to end, and waits for that. */
  stop(): Promise<void>;
  /** `kill -9`: it has no time to put anything in order. */
  kill(): Promise<void>;
}

/** Starts `latchkey` with these arguments. Nothing of the environment but PATH reaches it. */
export function startLatchkey(args: string[], cwd: string, environment: Record<string, string> = {}): Program {
  const child = spawn(LATCHKEY, args, {
    cwd,
    env: { PATH: process.env.PATH ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const told = new Transcript();
  told.follow(child);
  return {
    said: () => told.everything,
    says: (pattern) => told.match(pattern, `latchkey ${args.join(" ")}`),
    stop: () => end(child, "SIGTERM"),
    kill: () => end(child, "SIGKILL"),
  };
}

/** Runs `latchkey` to its end, and returns everything it said. Fails if it does. */
export async function runLatchkey(args: string[], cwd: string, input = ""): Promise<string> {
  const child = spawn(LATCHKEY, args, { cwd, env: { PATH: process.env.PATH ?? "" }, stdio: ["pipe", "pipe", "pipe"] });
  const told = new Transcript();
  told.follow(child);
  child.stdin?.end(input);
  const how = await told.ended;
  if (how !== "0") throw new Error(`latchkey ${args.join(" ")} ended (${how}): ${told.everything}`);
  return told.everything;
}

/** What a process says, and how it ended. */
class Transcript {
  everything = "";
  ended!: Promise<string>;
  #output = "";
  #waiting: (() => void)[] = [];

  follow(child: ChildProcess): void {
    const listen = (stream: NodeJS.ReadableStream | null, hear: (text: string) => void) => {
      const decoder = new StringDecoder("utf8");
      stream?.on("data", (part: Buffer) => {
        const text = decoder.write(part);
        this.everything += text;
        hear(text);
        this.#waiting.splice(0).forEach((wake) => wake());
      });
    };
    listen(child.stdout, (text) => (this.#output += text));
    listen(child.stderr, () => {});
    this.ended = new Promise((resolve) => {
      child.once("error", (error) => resolve(`${error.message}; build it: cargo xtask build --release`));
      child.once("close", (code, signal) => resolve(`${code ?? signal}`));
    });
  }

  async match(pattern: RegExp, who: string): Promise<RegExpExecArray> {
    let late: NodeJS.Timeout | undefined;
    const hang = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error(`${who} never said ${pattern}:\n${this.everything}`)), DEADLINE_MS);
    });
    const over = this.ended.then((how) => {
      throw new Error(`${who} ended (${how}) before it said ${pattern}:\n${this.everything}`);
    });
    over.catch(() => {});
    try {
      for (;;) {
        const found = pattern.exec(this.#output);
        if (found) return found;
        const more = new Promise<void>((resolve) => this.#waiting.push(resolve));
        await Promise.race([more, over, hang]);
      }
    } finally {
      clearTimeout(late);
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("close", resolve));
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  await exit;
  clearTimeout(late);
}
