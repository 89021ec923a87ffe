//! Each scenario of the portal's memory, on SQLite and on PostgreSQL.
//!
//! To add one: an async function taking a `&Store`, and its name in the list at the end.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod scenario;

use std::future::Future;
use std::path::Path;

use scratch_postgres::ScratchPostgres;
use sqlx::{Connection, Executor};
use store::audit::AuditFiles;
use store::{DatabaseUrl, Store};

async fn on_sqlite<F: AsyncFnOnce(Store)>(scenario: F) {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
    scenario(Store::open(&url, "a test").await.unwrap()).await;
}

async fn on_postgres<F: AsyncFnOnce(Store)>(scenario: F) {
    let folder = tempfile::tempdir().unwrap();
    scenario(open(&postgres_url(), folder.path()).await).await;
}

/// On PostgreSQL the key of the audit has to be given.
async fn open(url: &str, folder: &Path) -> Store {
    let key = folder.join("audit-key");
    std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    let files = AuditFiles { key: Some(key), ..AuditFiles::default() };
    Store::open_with(&url.parse().unwrap(), "a test", &files).await.unwrap()
}

/// Fails where there is no PostgreSQL: a database that is not tested is not supported.
fn postgres_url() -> String {
    ScratchPostgres::shared().unwrap().database().unwrap()
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future);
}

macro_rules! on_both {
    ($($module:ident :: $name:ident),+ $(,)?) => {
        mod sqlite { $(#[test] fn $name() { super::block_on(super::on_sqlite(async |store| crate::scenario::$module::$name(&store).await)); })+ }
        mod postgres { $(#[test] fn $name() { super::block_on(super::on_postgres(async |store| crate::scenario::$module::$name(&store).await)); })+ }
    };
}

on_both! {
    people::a_name_is_taken_once,
    people::what_somebody_chose_stays_until_they_choose_again,
    people::a_disabled_person_is_nobody,
    people::failures_are_counted_and_forgotten,
    people::of_many_tries_at_once_one_is_counted_and_goes_on,
    sessions::a_session_ends_by_age_by_idleness_and_by_revocation,
    sessions::a_late_save_brings_no_session_back,
    sessions::a_notice_is_handed_out_once_and_to_its_session,
    tokens::a_token_is_found_by_its_hash_as_long_as_it_and_its_person_are_good,
    tokens::a_token_has_an_owner_and_there_are_not_too_many,
    tokens::a_token_s_use_is_noted_and_a_new_place_is_told_once,
    sessions::what_a_session_was_told_goes_along_to_the_next,
    identities::somebody_is_who_the_issuer_says_and_nobody_of_the_same_name,
    identities::whoever_has_no_role_any_more_is_signed_out_everywhere,
    identities::a_sign_in_under_way_is_taken_once_and_in_time,
    second_factors::a_second_factor_counts_once_it_was_shown_to_work,
    second_factors::a_code_counts_once_and_none_before_it,
    second_factors::what_is_taken_away_leaves_nothing_that_counts,
    passkeys::a_passkey_is_its_owners,
    passkeys::a_passkey_is_used_as_it_was_seen,
    passkeys::a_challenge_is_taken_once_in_time_and_by_its_session,
    fleet::a_listing_replaces_a_listing,
    fleet::instances_are_found_by_what_people_type,
    fleet::pages_follow_each_other_without_gap_or_repetition,
    fleet::counts_ignore_their_own_filter,
    fleet::a_failed_reading_keeps_the_last_value,
    fleet::readings_that_come_together_are_kept_in_their_order,
    fleet::what_is_due_is_taken_once_and_in_order,
    fleet::frequent_text_is_counted_up_to_a_thousand,
    fleet::the_worst_and_the_oldest_come_first_when_asked_for,
    fleet::kept_counts_are_what_counting_gives,
    fleet::what_became_different_is_told_with_before_and_after,
    fleet::a_region_is_its_own,
    duties::a_lease_has_one_holder,
    duties::views_are_kept_by_name_and_person,
    duties::learned_limits_are_kept,
    fleet::coverage_names_what_did_not_answer,
    fleet::hostile_names_are_kept_inert,
    changes::a_door_proven_open_for_a_time_has_one_duty,
    changes::a_due_return_is_taken_once_and_put_off_by_an_extension,
    changes::an_instance_has_one_open_change,
    changes::a_repeated_wish_is_recognised,
    changes::a_change_moves_only_from_where_it_was_seen,
    changes::an_attempt_is_written_with_its_move_or_not_at_all,
    changes::an_attempt_ends_once,
    changes::read_backs_keep_their_order,
    changes::of_two_hundred_pairs_one_each_wins,
    changes::the_database_has_the_table_of_moves,
    changes::a_call_follows_another_only_after_proof,
    guards::a_change_has_one_driver,
    guards::a_silent_driver_is_followed_and_moves_nothing_more,
    guards::a_call_nobody_heard_of_is_watched_until_it_is_proven_or_over,
    rules::a_policy_has_one_version_after_the_other,
    rules::a_wish_is_decided_once_and_by_somebody_else,
    rules::an_emergency_waits_for_somebody_else_to_look,
    rules::an_intent_needs_the_policy_and_the_role_it_was_found_under,
    people::grants_come_from_the_person_and_from_groups,
    people::an_edit_of_what_was_seen_before_is_refused,
    people::the_last_admin_stays,
    people::of_two_admins_who_take_each_other_away_one_stays,
    people::a_reset_link_works_once_and_ends_sessions,
    people::a_password_is_changed_only_from_the_one_that_was_seen,
    sessions::sessions_are_listed_and_ended_for_their_person,
    scopes::every_list_shows_what_the_domain_says_is_in_scope,
    scopes::what_is_gone_is_in_scope_by_account_and_region_only,
    scopes::a_scope_follows_the_labels,
    scopes::what_names_an_instance_is_as_hidden_as_the_instance,
    scopes::acts_without_an_instance_are_shown_to_who_did_them,
    scopes::an_intent_needs_the_role_where_the_instance_is_now,
    scopes::notices_reach_whoever_has_the_role_there,
    scopes::what_was_read_is_counted_in_scope,
    audit::the_record_is_filtered_and_paged,
    notices::people_are_told_once_and_each_reads_for_themselves,
    notices::what_nobody_has_to_act_on_can_be_switched_off,
    notices::without_a_webhook_nothing_waits_to_go_out,
    notices::a_delivery_is_taken_once_and_comes_back_if_nobody_says_how_it_ended,
    notices::a_return_that_fails_is_told_with_its_move,
    notices::whoever_may_decide_is_told_and_whoever_asked_is_told_what,
    notices::old_notices_are_forgotten,
}

/// Past the portal, with all rights on the file.
#[test]
fn sqlite_refuses_to_edit_the_record() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("portal.db");
        let store = Store::open(&DatabaseUrl::Sqlite(path.clone()), "a test").await.unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
        let mut raw = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        scenario::audit::the_record_cannot_be_edited(&store, async |sql| {
            raw.execute(sql).await.is_err()
        })
        .await;
    });
}

/// Past the portal, as the owner of the tables.
#[test]
fn postgres_refuses_to_edit_the_record() {
    block_on(async {
        let url = postgres_url();
        let folder = tempfile::tempdir().unwrap();
        let store = open(&url, folder.path()).await;
        let mut raw = sqlx::PgConnection::connect(&url).await.unwrap();
        scenario::audit::the_record_cannot_be_edited(&store, async |sql| {
            raw.execute(sql).await.is_err()
        })
        .await;
    });
}
