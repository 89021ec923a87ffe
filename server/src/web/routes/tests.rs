//! An address that stands in no table of routes, or in two, is a mistake; so is a server function that nobody listed.

use std::collections::BTreeMap;

use leptos::server_fn::axum::server_fn_paths;
use service::{Accounts, Portal, Settings};
use store::{DatabaseUrl, Store};

use super::tables::{API, FILES, FORMS, HEALTH, PAGES, SIGN_IN_ELSEWHERE, STREAMS};
use super::*;
use crate::outside::outside;

const READS: &str = "GET,HEAD";
const WRITES: &str = "POST";

#[tokio::test]
async fn every_address_stands_in_exactly_one_table_with_that_table_s_methods() {
    let tables = [
        (PAGES, READS),
        (STREAMS, READS),
        (SIGN_IN_ELSEWHERE, READS),
        (FORMS, WRITES),
        (HEALTH, READS),
        (FILES, READS),
    ];
    let rows = tables.iter().flat_map(|(table, methods)| table.iter().map(|row| (*row, *methods)));
    let rows = rows.chain(API.iter().copied());
    let listed: BTreeMap<String, String> =
        rows.map(|(address, methods)| (address.to_owned(), methods.to_owned())).collect();
    let rows: usize = tables.iter().map(|(table, _)| table.len()).sum::<usize>() + API.len();
    assert_eq!(listed.len(), rows, "an address stands in two tables");
    let folder = tempfile::tempdir().unwrap();
    let known = addresses(&whole_router(&folder).await);
    for (address, methods) in &known {
        assert_eq!(listed.get(address), Some(methods), "{address}");
    }
    // The files of `public/` are there once the site is built.
    for address in listed.keys().filter(|address| !is_public(address)) {
        assert!(known.contains_key(address), "{address} stands in a table, and nowhere else");
    }
}

#[test]
fn every_server_function_is_a_form_of_the_table() {
    // Without its pages nothing of `app` need be in this program.
    assert!(generate_route_list(app::App).len() > 1);
    let functions: Vec<_> = server_fn_paths().collect();
    for (address, method) in &functions {
        assert_eq!(*method, http::Method::POST, "{address}");
        assert!(FORMS.contains(address), "{address} is in no table");
    }
    let own = [
        app::path::SIGN_IN_POST,
        app::path::SECOND_STEP_POST,
        app::path::SECOND_STEP_ASK_POST,
        app::path::STEP_UP_POST,
        app::path::SIGN_OUT_POST,
        app::path::PREFERENCES_POST,
        app::path::MAKE_LINK_POST,
        app::path::RESET_POST,
    ];
    assert_eq!(functions.len() + own.len(), FORMS.len(), "{functions:?}");
}

async fn whole_router(folder: &tempfile::TempDir) -> Router {
    let url = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
    let store = Store::open(&url, "a test").await.unwrap();
    let portal = Portal::new(store, Accounts::default(), outside(), Settings::default()).unwrap();
    router(Web {
        portal,
        hrefs: app::boot::AssetHrefs::default(),
        origins: std::sync::Arc::new([]),
        authorities: std::sync::Arc::new([]),
        trusted_proxies: std::sync::Arc::new([]),
        proxy_user: None,
        sandbox: None,
        turns: turns::Turns::default(),
        refusals: gate::Refusals::default(),
    })
}

/// Address to methods, as a router shows itself to whoever debugs it: axum has no other list.
fn addresses(router: &Router) -> BTreeMap<String, String> {
    let shown = format!("{router:?}");
    // Behind it stands what answers where nothing matches, with numbers of its own.
    let (shown, _) = shown.split_once("fallback_router: ").unwrap();
    let entries: Vec<(&str, &str)> =
        shown.split("RouteId(").filter_map(|part| part.split_once("): ")).collect();
    let between =
        |text: &str, start: &str| Some(text.split_once(start)?.1.split('"').next()?.to_owned());
    let methods: BTreeMap<&str, String> = entries
        .iter()
        .filter(|(_, entry)| entry.starts_with("MethodRouter"))
        .filter_map(|(number, entry)| Some((*number, between(entry, "allow_header: Bytes(b\"")?)))
        .collect();
    let addresses = entries.iter().filter(|(_, entry)| entry.starts_with('"'));
    let address_and_methods = |(number, entry): &(&str, &str)| {
        (between(entry, "\"").unwrap(), methods.get(number).cloned().unwrap_or_default())
    };
    addresses.map(address_and_methods).collect()
}

fn is_public(address: &str) -> bool {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../public");
    std::path::Path::new(&format!("{folder}{address}")).is_file()
}
