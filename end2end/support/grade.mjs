// What the MDN HTTP Observatory says of a page: `node grade.mjs PORT PATH [COOKIE]`, with NODE_EXTRA_CA_CERTS set.
//
// Its own `scan` knows neither ports nor cookies, so the same three parts of it are put together here.
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const [port, path, cookie] = process.argv.slice(2);
const home = dirname(createRequire(import.meta.url).resolve("@mdn/mdn-http-observatory/package.json"));
// The list of preloaded names is fetched by an install script, which is not run; nobody preloads localhost.
const preloaded = join(home, "conf", "hsts-preload.json");
if (!existsSync(preloaded)) writeFileSync(preloaded, "{}");

const { retrieve } = await import("@mdn/mdn-http-observatory/src/retriever/retriever.js");
const { ALL_TESTS } = await import("@mdn/mdn-http-observatory/src/constants.js");
const { getGradeForScore, getScoreModifier } = await import("@mdn/mdn-http-observatory/src/grader/grader.js");

const headers = ["Accept: text/html,application/xhtml+xml", ...(cookie ? [`Cookie: ${cookie}`] : [])];
const seen = await retrieve("localhost", { httpsPort: port, httpPort: 1, path, headers });
const results = ALL_TESTS.map((test) => test(seen));
const score = results.reduce((sum, { result }) => sum + getScoreModifier(result), 100);
const told = {
  status: seen.responses.auto?.status,
  verified: seen.responses.auto?.verified,
  ...getGradeForScore(score),
  failed: results.filter(({ pass }) => !pass).map(({ name, result }) => `${name}: ${result}`),
};
process.stdout.write(JSON.stringify(told));
