// Measures the pages in Chromium against what was promised, beside a bare Leptos islands application.
//
//   npm ci --ignore-scripts --prefix bench/web     once
//   node bench/web/run.mjs [--binary PATH] [--instances 10000] [--rounds 7] [--clicks 60]
//
// Needs `target/release/latchkey` (`cargo xtask build --release`), Rust with its WebAssembly target, and Chromium.
// Writes bench/results/web.md; ends with 1 where a promise is broken.
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

import { ANEW, ANEW_WITH_TRANSITION, measureClicks, PORTAL, SKELETON } from "./src/click.mjs";
import { audit } from "./src/lighthouse.mjs";
import { measureLoads } from "./src/load.mjs";
import { quantile } from "./src/numbers.mjs";
import { startPortal, whenRead } from "./src/portal.mjs";
import { markdown, promises } from "./src/report.mjs";
import { buildSkeleton, startSkeleton } from "./src/skeleton.mjs";
import { measureTyping } from "./src/typing.mjs";

const HERE = import.meta.dirname;

const { values } = parseArgs({
  options: {
    binary: { type: "string", default: resolve(HERE, "../../target/release/latchkey") },
    instances: { type: "string", default: "10000" },
    rounds: { type: "string", default: "7" },
    clicks: { type: "string", default: "60" },
  },
});
const [instances, rounds, clicks] = [values.instances, values.rounds, values.clicks].map(Number);
const tell = (text) => process.stderr.write(`${text}\n`);

tell("building the bare application");
buildSkeleton();
const skeleton = await startSkeleton();
const portal = await startPortal(resolve(values.binary), instances);
try {
  tell(`waiting until ${instances} instances were read`);
  await whenRead(portal, instances);

  tell("first visits on a slow phone");
  const at = (path, rest) => ({ name: path, url: portal.url + path, ...rest });
  const loads = [
    await measureLoads({ name: "skeleton", url: skeleton.url, islands: true }, rounds),
    await measureLoads(at("/instances", { cookie: portal.cookie, islands: true }), rounds),
    await measureLoads(at("/sign-in", { islands: false }), rounds),
  ];
  tell("clicks and letters");
  const bareClicked = spread(await measureClicks(skeleton, SKELETON, clicks));
  const clicked = spread(await measureClicks(portal, PORTAL, clicks));
  const anew = spread(await measureClicks(portal, PORTAL, clicks, ANEW));
  const transitions = spread(await measureClicks(portal, PORTAL, clicks, ANEW_WITH_TRANSITION));
  const typed = spread(await measureTyping(portal, clicks));
  tell("Lighthouse");
  const port = await freePort();
  const instance = /href="(\/instances\/[^"?/]+\/[^"?/]+\/[^"?/]+)"/.exec(await portal.page("/instances"))[1];
  const audits = [await audit(at("/sign-in"), port)];
  for (const [name, path] of [["/overview", "/overview"], ["/instances", "/instances"], ["an instance", instance]]) {
    audits.push(await audit({ name, url: portal.url + path, cookie: portal.cookie }, port));
  }
  const found = { loads, bareClicks: bareClicked, clicks: clicked, anew, transitions, typing: typed, audits };
  const rows = promises(found);
  const about = `${instances} instances known, ${rounds} visits a page, on ${cpus().length} cores`;
  const text = markdown(found, rows, about);
  writeFileSync(resolve(HERE, "../results/web.md"), text);
  process.stdout.write(text);
  process.exitCode = rows.every(({ is }) => is) ? 0 : 1;
} finally {
  await portal.stop();
  await skeleton.stop();
}

function spread(spans) {
  return { count: spans.length, p50: quantile(spans, 0.5), p95: quantile(spans, 0.95), slowest: Math.max(...spans) };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
