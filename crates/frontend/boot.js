// Wakes the islands of a page, and of HTML that was swapped in later.
//
// `cargo xtask` puts the hashed file names in place of ./app.js and ./app.wasm, and minifies.
// The order is the framework's: an island first, then what stands in it; an island among another island's
// children runs under that one's owner, which the callback on <leptos-children> makes current.
import init, * as app from "./app.js";

const wake = (root) => {
  app.release();
  walk(root, []);
};

const walk = (node, parents) => {
  const tag = node.localName;
  if (tag === "leptos-island" && !("awake" in node.dataset)) {
    const hydrate = app[node.dataset.component];
    if (hydrate) {
      const parent = parents.at(-1);
      parent ? parent() : app.adopt(node);
      hydrate(node);
      node.dataset.awake = "";
    } else {
      console.error(`no island ${node.dataset.component} in the program`);
    }
  }
  const inside = tag === "leptos-children" && node.$$on_hydrate ? [...parents, node.$$on_hydrate] : parents;
  for (const child of [...node.children]) walk(child, inside);
};

await init({ module_or_path: new URL("./app.wasm", import.meta.url) });
app.hydrate();
window.__latchkey = { wake };
wake(document.body);
