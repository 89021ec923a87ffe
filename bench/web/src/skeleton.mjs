// The bare application of Leptos islands beside the portal, built the same way.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

import { run, start } from "./program.mjs";

const FOLDER = resolve(import.meta.dirname, "../skeleton");
const TARGET = join(FOLDER, "target");
const SITE = join(TARGET, "site");
const PACKAGE = join(SITE, "pkg");
const WASM_OPT = resolve(import.meta.dirname, "../node_modules/.bin/wasm-opt");

const WASM = "wasm32-unknown-unknown";

/** Compiles, binds, optimises and compresses, as `cargo xtask build --release` does with the portal. */
export function buildSkeleton() {
  const options = { cwd: FOLDER, env: { ...process.env, CARGO_TARGET_DIR: TARGET } };
  run("cargo", ["build", "--locked", "--release"], options);
  const browser = ["build", "--locked", "--profile", "wasm-release", "--package", "skeleton-browser", "--target", WASM];
  run("cargo", browser, options);
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(PACKAGE, { recursive: true });
  const compiled = join(TARGET, WASM, "wasm-release/skeleton_browser.wasm");
  run(join(TARGET, "release/skeleton-bind"), [compiled, PACKAGE]);
  const wasm = join(PACKAGE, "skeleton_bg.wasm");
  run(WASM_OPT, ["-Oz", wasm, "-o", wasm]);
  for (const file of [wasm, join(PACKAGE, "skeleton.js")]) {
    const content = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
  }
}

export async function startSkeleton() {
  const { found, stop } = await start(join(TARGET, "release/skeleton-server"), [SITE], /http:\/\/127\.0\.0\.1:\d+/);
  return { url: found[0], stop };
}
