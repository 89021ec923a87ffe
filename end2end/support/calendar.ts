// The day and hour of a portal and its cloud, which a test moves: nobody waits two hours to see a door shut.
//
// By libfaketime, which puts the clock on the wall forward or back for the processes that are started with it. Waits
// inside them take as long as ever, and the browser keeps its own time.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { makeFolder } from "./folder.ts";

// The loader of programs puts in the folder of this machine's libraries.
const LIBRARY = "/usr/$LIB/faketime/libfaketimeMT.so.1";

export interface Calendar {
  /** For the processes whose calendar it is. */
  environment: Record<string, string>;
  /** Moves it to so many seconds from now; negative is the past. */
  move(seconds: number): void;
  remove(): void;
}

/** A calendar that is now, or so many seconds from it. */
export function makeCalendar(seconds = 0): Calendar {
  const folder = makeFolder();
  const file = join(folder.path, "offset");
  const move = (seconds: number) => writeFileSync(file, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  move(seconds);
  const environment = {
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    // Times of files are the disk's.
    NO_FAKE_STAT: "1",
  };
  return { environment, move, remove: folder.remove };
}
