//! Whatever is asked of the portal's memory, in whatever order, it is what a simple model says: one open change an
//! instance, each attempt at most one ending and another only after proof, no way out of a terminal state, a duty to
//! shut a door exactly where one was proven open for a time. On SQLite and on PostgreSQL.
//!
//! To add a step: a variant of `reference::Step`, what it does to the model, and what is asked of the memory.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod memory;
mod reference;

use std::sync::OnceLock;

use proptest::test_runner::Config;
use proptest_state_machine::{StateMachineTest, prop_state_machine};
use scratch_postgres::ScratchPostgres;
use store::DatabaseUrl;
use tokio::runtime::Runtime;

use memory::Memory;
use reference::{Model, Step};

macro_rules! on {
    ($database:ident, $url:expr) => {
        struct $database;

        impl StateMachineTest for $database {
            type SystemUnderTest = Memory;
            type Reference = Model;

            fn init_test(model: &Model) -> Memory {
                let (url, folder): (DatabaseUrl, _) = $url;
                runtime().block_on(Memory::new(&url, folder, model))
            }

            fn apply(mut memory: Memory, model: &Model, step: Step) -> Memory {
                runtime().block_on(memory.apply(step, model));
                memory
            }

            fn check_invariants(memory: &Memory, model: &Model) {
                runtime().block_on(memory.check(model));
            }

            fn teardown(memory: Memory, _: Model) {
                runtime().block_on(memory.end());
            }
        }
    };
}

on!(Sqlite, {
    let folder = tempfile::tempdir().unwrap();
    (DatabaseUrl::Sqlite(folder.path().join("portal.db")), folder)
});
// Fails where there is no PostgreSQL: a database that is not tested is not supported.
on!(
    Postgres,
    (
        ScratchPostgres::shared().unwrap().database().unwrap().parse().unwrap(),
        tempfile::tempdir().unwrap()
    )
);

prop_state_machine! {
    #![proptest_config(Config { cases: 16, max_shrink_iters: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_memory_is_what_the_model_says_on_sqlite(sequential 40..120 => Sqlite);

    #[test]
    fn the_memory_is_what_the_model_says_on_postgres(sequential 40..120 => Postgres);
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}
