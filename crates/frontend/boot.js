// Wakes the islands of a page, and of HTML that was swapped in later.
//
// `cargo xtask` puts the hashed file names in place of ./app.js and ./app.wasm, and minifies.
// In document order an island comes before those among its children, and hydrating it puts on <leptos-children>
// the callback that makes its owner current: so they find its context. All others belong to the page.
import init, * as app from "./app.js";

const asleep = "leptos-island:not([data-awake])";

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

await init({ module_or_path: new URL("./app.wasm", import.meta.url) });
app.hydrate();
window.__latchkey = { wake };
wake(document.body);
