//! `skeleton-bind COMPILED.wasm FOLDER`: wasm-bindgen, told the same as by the portal's build (`xtask/src/site`).

use anyhow::Context as _;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (compiled, folder) =
        arguments.next().zip(arguments.next()).context("COMPILED.wasm FOLDER")?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name("skeleton").web(true)?.typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true).omit_default_module_path(true);
    bindgen.generate(folder)
}
