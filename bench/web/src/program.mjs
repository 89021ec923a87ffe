// Processes: started as a person would, with every word they say.
import { spawn, spawnSync } from "node:child_process";

/** Runs to its end, and shows what it says. Fails if it does. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (error || status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `ended with ${status}`}`);
}

/** The same with something to read, in silence unless it fails. */
export function runWith(input, command, args, options = {}) {
  const { status, error, stderr } = spawnSync(command, args, { input, ...options });
  if (error || status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

/** Starts it, and waits until it has said this on standard output. */
export async function start(command, args, pattern, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  const found = await new Promise((resolve, reject) => {
    const hear = (part) => {
      said += part;
      const match = pattern.exec(said);
      if (match) resolve(match);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`${command} ended (${code ?? signal}):\n${said}`)));
  });
  const stop = () =>
    new Promise((resolve) => {
      child.once("close", resolve);
      child.kill("SIGTERM");
    });
  return { found, pid: child.pid, said: () => said, stop };
}
