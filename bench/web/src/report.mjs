// What was promised beside what was found, as Markdown.

/** One promise. `is`: whether `found` keeps it. */
export function promise(what, promised, found, is) {
  return { what, promised, found, is };
}

const ms = (value) => `${Math.round(value)} ms`;
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

export function promises({ loads, clicks, typing, audits }) {
  const instances = loads.find(({ name }) => name === "/instances");
  const signIn = loads.find(({ name }) => name === "/sign-in");
  const rows = [
    promise("`/instances`, slow: first contentful paint", "≤ 1,000 ms", ms(instances.contentful), instances.contentful <= 1000),
    promise("… interactive: every island awake", "≤ 2,000 ms", ms(instances.interactive), instances.interactive <= 2000),
    promise("… cumulative layout shift", "0", instances.shift.toFixed(3), instances.shift < 0.0005),
    promise("`/sign-in`: everything it loads", "≤ 20 KB", kb(signIn.bytes), signIn.bytes <= 20 * 1024),
    promise("… cumulative layout shift", "0", signIn.shift.toFixed(3), signIn.shift < 0.0005),
    promise("Click to painted next page, p95", "≤ 100 ms", ms(clicks.p95), clicks.p95 <= 100),
    promise("Letter in the search to painted rows, p95", "≤ 80 ms", ms(typing.p95), typing.p95 <= 80),
  ];
  const least = { performance: 98, accessibility: 100, "best-practices": 100 };
  for (const { name, scores } of audits) {
    for (const [category, floor] of Object.entries(least)) {
      rows.push(promise(`Lighthouse, ${name}: ${category}`, `≥ ${floor}`, `${scores[category]}`, scores[category] >= floor));
    }
  }
  return rows;
}

export function markdown(found, rows, about) {
  const { loads, bareClicks, clicks, anew, transitions, typing, audits } = found;
  const [bare] = loads.filter(({ name }) => name === "skeleton");
  const line = (...cells) => `| ${cells.join(" | ")} |`;
  const times = (value, of) => `${(value / of).toFixed(2)}×`;
  const lost = audits.filter(({ lost }) => lost.length > 0).map(({ name, lost }) => `- ${name}: ${lost.join("; ")}`);
  return [
    "# Pages in a browser",
    "",
    `By \`node bench/web/run.mjs\`, ${about}.`,
    "",
    line("What", "Promised", "Found", ""),
    "|---|---|---|---|",
    ...rows.map(({ what, promised, found, is }) => line(what, promised, found, is ? "met" : "**missed**")),
    "",
    "## First visits on a slow phone, beside a bare Leptos islands application",
    "",
    "CPU 4× slower, 1.6 Mbit/s, 150 ms there and back, nothing cached; medians.",
    "",
    line("Page", "First contentful paint", "", "Interactive", "", "Transferred", "", "of it"),
    "|---|---|---|---|---|---|---|---|",
    ...loads.map((load) =>
      line(
        load.name,
        ms(load.contentful),
        times(load.contentful, bare.contentful),
        ms(load.interactive),
        times(load.interactive, bare.interactive),
        kb(load.bytes),
        times(load.bytes, bare.bytes),
        Object.entries(load.kinds).map(([kind, bytes]) => `${kind} ${kb(bytes)}`).join(", "),
      ),
    ),
    "",
    "## Not slowed down",
    "",
    line("What", "Times", "p50", "", "p95", "", "Slowest"),
    "|---|---|---|---|---|---|---|",
    ...[
      ["Click to painted next page, skeleton", bareClicks],
      ["Click to painted next page, portal", clicks],
      ["… where the browser loads each page anew", anew],
      ["… the same with a transition between pages, which it has not", transitions],
      ["Letter in the search to painted rows", typing],
    ].map(([what, { count, p50, p95, slowest }]) =>
      line(what, count, ms(p50), times(p50, bareClicks.p50), ms(p95), times(p95, bareClicks.p95), ms(slowest)),
    ),
    "",
    "## What cost points in Lighthouse",
    "",
    ...(lost.length > 0 ? lost : ["Nothing."]),
    "",
  ].join("\n");
}
