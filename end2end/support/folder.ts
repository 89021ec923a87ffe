// Folders that end with what they were made for.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Folder {
  path: string;
  remove(): void;
}

export function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "latchkey-end2end-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
