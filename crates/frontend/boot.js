// Wakes the islands of a page, and of HTML that was swapped in later.
//
// `cargo xtask` puts the hashed file names in place of ./app.js and ./app.wasm, and minifies.

// Read and run once the page is seen: it is whole without, and what draws it has the processor for itself until then. That it
// was painted is told after its pixels are there. Not everybody is told (a page in the background is not painted, some
// browsers keep their timings to themselves), so nobody waits for long.
const LONGEST_MS = 250;
const seen = new Promise((done) => {
  new PerformanceObserver(done).observe({ type: "paint", buffered: true });
  if (document.hidden) done();
  else requestAnimationFrame(() => setTimeout(done, LONGEST_MS));
});
const program = seen.then(() => import("./app.js"));

// Keys that are pressed before anybody hears them are heard once the program is there: outside of fields, where they wrote
// something; and what opens the palette, which the browser would take for itself.
const early = [];
const keep = (event) => {
  const { target, key, ctrlKey, metaKey } = event;
  const opens = (ctrlKey || metaKey) && key.toLowerCase() === "k";
  if (opens) event.preventDefault();
  if (opens || !target.matches?.("input, textarea, select")) early.push(event);
};
addEventListener("keydown", keep);

const asleep = "leptos-island:not([data-awake])";

// In document order an island comes before those among its children, and hydrating it puts on <leptos-children>
// the callback that makes its owner current: so they find its context. All others belong to the page.
const wake = (region) => {
  app.release();
  for (const island of [region, ...region.querySelectorAll(asleep)]) {
    if (!island.matches(asleep)) continue;
    const hydrate = app[island.dataset.component];
    if (!hydrate) {
      console.error(`no island ${island.dataset.component} in the program`);
      continue;
    }
    const enter = island.closest("leptos-children")?.$$on_hydrate;
    enter?.();
    app.adopt(island, !!enter);
    hydrate(island);
    island.dataset.awake = "";
  }
};

// By which clock the page is written, unless its reader chose one. The portal knows the names; it is told once, and the
// page is asked for again, but not where it would lose what it shows once.
const { zone: shown } = document.documentElement.dataset;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const told = `__Host-zone=${zone}`;
const isTold = () => document.cookie.split("; ").includes(told);
if (shown && zone && zone !== shown && !isTold() && !location.search.includes("notice=")) {
  document.cookie = `${told}; Path=/; Max-Age=31536000; Secure; SameSite=Lax`;
  if (isTold()) location.reload();
}

// Signed out in this tab: once it is done, it forgets what it kept, and the others do not go on showing what they show.
const out = new BroadcastChannel("latchkey-out");
out.onmessage = () => {
  sessionStorage.clear();
  location.reload();
};
let leaving = false;
addEventListener("submit", ({ target }) => {
  leaving = target.getAttribute("action")?.endsWith("/sign-out");
});
addEventListener("pagehide", () => {
  if (!leaving) return;
  sessionStorage.clear();
  out.postMessage("");
});
// A page that the browser has kept is asked for again: its session may be over.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

const app = await program;
await app.default({ module_or_path: new URL("./app.wasm", import.meta.url) });
app.hydrate();
window.__latchkey = { wake };
wake(document.body);
removeEventListener("keydown", keep);
// Islands listen from the next task on.
setTimeout(() => {
  for (const event of early) {
    const { target } = event;
    (target.isConnected ? target : document.body).dispatchEvent(new KeyboardEvent("keydown", event));
  }
});
