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

// What is done before anybody hears of it is heard once the program is there: what is written and chosen in fields; keys
// outside of them; and what opens the palette, which the browser would take for itself.
const early = [];
const keep = (event) => {
  const { type, target, key, ctrlKey, metaKey } = event;
  const opens = (ctrlKey || metaKey) && key?.toLowerCase() === "k";
  if (opens) event.preventDefault();
  if (opens || type === "input" || !target.matches?.("input, textarea, select")) early.push(event);
};
const KEPT = ["keydown", "input"];
for (const type of KEPT) addEventListener(type, keep);

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
  if (isTold()) {
    location.reload();
    // Nothing wakes in a page that goes away.
    await new Promise(() => {});
  }
}

// By a link, and back and forth, the next page is put in place of this one: style sheet, program and stream stay. What cannot
// be put so the browser loads as ever: what is of nobody or of another release, was redirected, or has a script of its
// own. So it does with every page where it does not tell of navigations.
const { navigation } = window;

const root = ({ documentElement }) => documentElement.cloneNode(false);
const FILES = "head > link[rel=stylesheet], head > script";
const files = (page) => Array.from(page.querySelectorAll(FILES), ({ href, src }) => href ?? src).join(" ");
const canBePut = (page) =>
  page.getElementById("page") &&
  root(page).isEqualNode(root(document)) &&
  files(page) === files(document) &&
  !page.querySelector("body script[src]");

// Nothing, where there is no page that can be put, for whatever reason: the browser finds it anew.
const bring = async (address, signal) => {
  // Who is told of something meanwhile looks again once the page is there, which may be older than that.
  document.getElementById("page").dataset.turning = "";
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" }, signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return !answer.redirected && canBePut(page) ? page : undefined;
  } catch {
    return undefined;
  }
};

const put = (page) => {
  const next = page.getElementById("page");
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  document.title = page.title;
  document.getElementById("page").replaceWith(next);
  wake(next);
  document.getElementById("turned").textContent = page.title;
  dispatchEvent(new Event("turned"));
};

let followed;
const follow = async (event) => {
  const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event;
  const link = target.closest?.("a[href]");
  if (!link || event.defaultPrevented || button || ctrlKey || metaKey || shiftKey || altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  if (!document.getElementById("page")) return;
  event.preventDefault();
  followed?.abort();
  followed = new AbortController();
  const { signal } = followed;
  const page = await bring(link.href, signal);
  if (signal.aborted) return;
  if (page) navigation.navigate(link.href, { info: page });
  else location.assign(link.href);
};

let navigations = 0;
navigation?.addEventListener("navigate", (event) => {
  const { info, navigationType, destination, canIntercept, hashChange, signal } = event;
  const mine = ++navigations;
  if (!canIntercept || hashChange) return;
  if (info instanceof Document) {
    // At once, together with the address.
    event.intercept({ handler: async () => put(info) });
  } else if (navigationType === "traverse" && destination.sameDocument && document.getElementById("page")) {
    followed?.abort();
    const handler = async () => {
      const page = await bring(destination.url, signal);
      if (page) put(page);
      else if (mine === navigations) location.reload();
    };
    event.intercept({ handler });
  }
});

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
for (const type of KEPT) removeEventListener(type, keep);
// Islands listen from the next task on; what they take is no link to follow.
setTimeout(() => {
  if (navigation) addEventListener("click", follow);
  for (const event of early) {
    const { target, type, constructor } = event;
    (target.isConnected ? target : document.body).dispatchEvent(new constructor(type, event));
  }
});
