//! Who may do what where, cell by cell: every function that touches an instance, for the right role in another part of the
//! fleet, for one who only looks there, and for the right role there; every page, for who sees another part.
//!
//! A form or a page that stands in none of the tables here fails: see `tables.rs`.

use std::collections::BTreeSet;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::{ChangeId, UserId};
use domain::person::{Area, Grant, Role, Scope};
use store::Store;
use store::people::PeopleEdit;
use store::user::NewUser;

use crate::browser::{Answer, Browser};
use crate::forms::FORMS;
use crate::ground::{Ground, Memory, ORDERS, Running, confirm, hash, key, now, take_review, until};
use crate::tables;

/// Forms of one's own things, or of nobody's: everybody who is signed in may, wherever their scope lies.
const OWN: &[&str] = &[
    "/api/ui/session/sign-in",
    "/api/ui/session/sign-out",
    "/api/ui/session/reset",
    "/api/ui/session/second-step",
    "/api/ui/session/step-up",
    "/api/ui/second-factor/begin",
    "/api/ui/second-factor/confirm",
    "/api/ui/second-factor/remove",
    "/api/ui/session/ask-passkey",
    "/api/ui/passkey/begin",
    "/api/ui/passkey/add",
    "/api/ui/passkey/ask",
    "/api/ui/passkey/rename",
    "/api/ui/passkey/remove",
    "/api/ui/token/make",
    "/api/ui/token/revoke",
    "/api/ui/preferences/set",
    "/api/ui/inbox/read",
    "/api/ui/view/save",
    "/api/ui/view/delete",
    "/api/ui/me/password",
    "/api/ui/me/notices",
    "/api/ui/me/end-session",
    "/api/ui/me/end-others",
];

/// Forms that concern no instance: they need an admin over everything.
const OVER_EVERYTHING: &[&str] = &[
    "/api/ui/policy/freeze",
    "/api/ui/policy/rules",
    "/api/ui/policy/general",
    "/api/ui/policy/as-configured",
    "/api/ui/webhook/test",
    "/api/ui/people/add",
    "/api/ui/people/give",
    "/api/ui/people/take",
    "/api/ui/people/disable",
    "/api/ui/people/enable",
    "/api/ui/people/end-sessions",
    "/api/ui/people/make-link",
    "/api/ui/second-factor/take",
    "/api/ui/group/make",
    "/api/ui/group/give",
    "/api/ui/group/take",
    "/api/ui/group/add-member",
    "/api/ui/group/remove-member",
    "/api/ui/group/disable",
    "/api/ui/group/enable",
];

/// Forms that act on what a filter finds in scope: elsewhere they find nothing.
const NARROWED: &[&str] = &["/api/ui/instances/read-again", "/api/ui/batch/draft"];

const ID: &str = "r-bp1ordersdev0001";

pub fn region(role: Role, region: &str) -> Grant {
    Grant { role, area: Area { regions: [region.parse().unwrap()].into(), ..Area::default() } }
}

fn here(role: Role) -> Grant {
    region(role, "cn-hangzhou")
}

fn elsewhere(role: Role) -> Grant {
    region(role, "cn-beijing")
}

/// Somebody whose grants change from one request to the next.
pub struct Sam {
    store: Store,
    pub browser: Browser,
    tried: BTreeSet<&'static str>,
}

impl Sam {
    pub async fn at(ground: &Ground, portal: &Running) -> Self {
        let store = ground.store().await;
        let name = "sam".parse().unwrap();
        let new = NewUser {
            id: UserId::from_u128(77),
            name: &name,
            grants: &[],
            password_hash: hash(),
            at: now(),
        };
        store.add_person(&new, &event()).await.unwrap();
        Self { store, browser: portal.signed_in("sam").await, tried: BTreeSet::new() }
    }

    pub async fn is(&self, grants: &[Grant]) {
        let user = self.store.find_user(&"sam".parse().unwrap()).await.unwrap().unwrap();
        let edit = PeopleEdit::SetGrants { user: user.person.id, seen: user.version, grants };
        self.store.edit_people(edit, &event()).await.unwrap();
    }

    /// A row of the matrix: not there, forbidden, and as it should be.
    async fn cell(
        &mut self,
        path: &'static str,
        fields: &[(&str, &str)],
        role: Role,
        right: u16,
    ) -> Answer {
        self.tried.insert(path);
        self.is(&[elsewhere(role)]).await;
        let answer = self.browser.post(path, fields).await;
        assert_eq!((answer.status, &*answer.code()), (404, "not-found"), "{path}: {answer:?}");
        if role > Role::Viewer {
            let below = Role::ALL[Role::ALL.iter().position(|one| *one == role).unwrap() - 1];
            for there in [Role::Viewer, below] {
                self.is(&[elsewhere(Role::Admin), here(there)]).await;
                let answer = self.browser.post(path, fields).await;
                let told = (answer.status, answer.code());
                assert_eq!(told, (403, "forbidden".to_owned()), "{path}, {there}: {answer:?}");
            }
        }
        self.is(&[here(role)]).await;
        let answer = self.browser.post(path, fields).await;
        assert_eq!(answer.status, right, "{path}: {answer:?}");
        answer
    }

    /// Until everything of [`ORDERS`] was read: a draft of a batch stands on it.
    async fn read_whole(&self) {
        let look = async || {
            let found = self.store.find_instance(&Scope::Everything, &key(ORDERS)).await.unwrap();
            let facts = found?.facts();
            let known = facts.attribute.known().is_some()
                && facts.whitelist.known().is_some()
                && facts.endpoints.known().is_some()
                && facts.release.known().is_some()
                && facts.whitelist_check.known().is_some();
            known.then_some(())
        };
        until("the instance to be read", look).await;
    }

    async fn ended(&self, id: ChangeId, state: &str) {
        let look = async || {
            let change = self.store.find_change(&Scope::Everything, id).await.unwrap().unwrap();
            (change.state.is_terminal() || change.state.to_string() == state)
                .then(|| change.state.to_string())
        };
        assert_eq!(until("the change", look).await, state);
    }
}

fn event() -> AuditEvent {
    let code = AuditCode::UserGrantsChanged;
    AuditEvent::new(now(), code, Outcome::Succeeded, Actor::CommandLine)
}

fn id_in(answer: &Answer) -> String {
    answer.json().as_str().unwrap().to_owned()
}

/// Somebody asks for a door to be opened, and has to wait for approval.
async fn asks(sam: &Sam, oleg: &Browser) -> String {
    let change = confirm(oleg, &take_review(oleg, ORDERS, "password-free").await).await;
    sam.ended(change, "awaiting-approval").await;
    change.to_string()
}

#[tokio::test]
async fn every_function_for_the_right_role_in_the_wrong_place() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (oleg, adam) = (portal.signed_in("oleg").await, portal.signed_in("adam").await);
    let mut sam = Sam::at(&ground, &portal).await;
    sam.read_whole().await;
    let place = [("account", "core"), ("region", "cn-hangzhou"), ("id", ID)];

    sam.cell("/api/ui/instance/read-again", &place, Role::Viewer, 200).await;
    let open = [&place[..], &[("to", "password-free")]].concat();
    let review = id_in(&sam.cell("/api/ui/review/take", &open, Role::Operator, 200).await);
    let fields = [("review", &*review), ("key", &*review), ("lasts", "3600")];
    let change = id_in(&sam.cell("/api/ui/change/confirm", &fields, Role::Operator, 200).await);
    sam.ended(change.parse().unwrap(), "verified").await;

    let duty = sam.store.find_return(&Scope::Everything, &key(ORDERS)).await.unwrap().unwrap();
    let seen = duty.due_at.as_millis().to_string();
    let fields = [("seen", &*seen), ("lasts", "7200"), ("key", "0123456789abcdef")];
    let fields = [&place[..], &fields].concat();
    sam.cell("/api/ui/return/extend", &fields, Role::Operator, 200).await;
    let fields = [("change", &*change), ("key", "0123456789abcdef-2")];
    let change = id_in(&sam.cell("/api/ui/change/put-back", &fields, Role::Operator, 200).await);
    sam.ended(change.parse().unwrap(), "verified").await;

    // From here on doors in development are opened with somebody's approval, or in an emergency.
    let rules = [
        ("version", "0"),
        ("environment", "development"),
        ("open_who", "operator"),
        ("open_approval", "always"),
        ("open_at_most", "unlimited"),
        ("close_who", "operator"),
        ("close_approval", "never"),
    ];
    assert_eq!(adam.post("/api/ui/policy/rules", &rules).await.status, 200);
    let general = [
        ("version", "1"),
        ("zone", "UTC"),
        ("approval_lasts", "24h"),
        ("put_back_within", "30m"),
        ("break_glass", "operator"),
    ];
    assert_eq!(adam.post("/api/ui/policy/general", &general).await.status, 200);

    let asked = asks(&sam, &oleg).await;
    let fields = [("change", &*asked), ("reason", "not today")];
    sam.cell("/api/ui/approval/reject", &fields, Role::Approver, 200).await;
    let asked = asks(&sam, &oleg).await;
    sam.cell("/api/ui/change/cancel", &[("change", &*asked)], Role::Approver, 200).await;
    let asked = asks(&sam, &oleg).await;
    let fields = [("change", &*asked)];
    let review = id_in(&sam.cell("/api/ui/approval/review", &fields, Role::Approver, 200).await);
    sam.cell("/api/ui/approval/approve", &[("review", &*review)], Role::Approver, 200).await;
    sam.ended(asked.parse().unwrap(), "verified").await;

    let shut = confirm(&oleg, &take_review(&oleg, ORDERS, "password-required").await).await;
    sam.ended(shut, "verified").await;
    let review = take_review(&oleg, ORDERS, "password-free").await;
    let fields =
        [("review", &*review), ("key", &*review), ("reason", "outage"), ("break_glass", "yes")];
    let emergency = id_in(&oleg.post("/api/ui/change/confirm", &fields).await);
    sam.ended(emergency.parse().unwrap(), "verified").await;
    let fields = [("change", &*emergency), ("verdict", "approved")];
    sam.cell("/api/ui/approval/see", &fields, Role::Approver, 200).await;

    // A batch of somebody else, which is over by then: whoever may is told so.
    let draft = [("query", "q=orders-cache-dev"), ("to", "password-required")];
    let batch = id_in(&oleg.post("/api/ui/batch/draft", &draft).await);
    let start = [("batch", &*batch), ("at_once", "1"), ("failures", "0")];
    assert_eq!(oleg.post("/api/ui/batch/start", &start).await.status, 200);
    let over = async || {
        let id = batch.parse().unwrap();
        let found = sam.store.find_batch(&Scope::Everything, id).await.unwrap().unwrap();
        (found.state == domain::batch::BatchState::Done).then_some(())
    };
    until("the batch", over).await;
    let fields = [("batch", &*batch)];
    for path in ["/api/ui/batch/pause", "/api/ui/batch/resume", "/api/ui/batch/stop"] {
        sam.cell(path, &fields, Role::Approver, 409).await;
    }
    sam.cell("/api/ui/batch/put-back", &fields, Role::Operator, 200).await;
    // Nothing in it failed.
    sam.cell("/api/ui/batch/try-again", &fields, Role::Operator, 400).await;
    sam.is(&[here(Role::Operator)]).await;
    let own = [("query", "q=orders-cache-dev"), ("to", "password-free")];
    let own = id_in(&sam.browser.post("/api/ui/batch/draft", &own).await);
    let start = [("batch", &*own), ("at_once", "1"), ("failures", "0"), ("reason", "drill")];
    // Somebody else's word is asked for: it waits, and nothing is sent.
    sam.cell("/api/ui/batch/start", &start, Role::Operator, 200).await;

    let concerned: BTreeSet<&str> = sam.tried.iter().copied().collect();
    let others = [OWN, OVER_EVERYTHING, NARROWED].concat();
    let listed: BTreeSet<&str> = concerned.iter().copied().chain(others.iter().copied()).collect();
    assert_eq!(listed, tables::FORMS.iter().copied().collect(), "a form stands in no table");
    assert_eq!(listed.len(), concerned.len() + others.len(), "a form stands in two tables");
    // What was refused left no call: one for each change that was made.
    assert_eq!(ground.cloud.control().ledger().len(), 6);
}

#[tokio::test]
async fn an_admin_of_a_part_changes_nothing_that_concerns_all() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let sam = Sam::at(&ground, &portal).await;
    sam.is(&[here(Role::Admin), Grant::over_everything(Role::Approver)]).await;
    for form in FORMS.iter().filter(|form| OVER_EVERYTHING.contains(&form.path)) {
        let answer = sam.browser.post(form.path, form.fields).await;
        let told = (answer.status, answer.code());
        assert_eq!(told, (403, "forbidden".to_owned()), "{}: {answer:?}", form.path);
    }
}

#[tokio::test]
async fn what_acts_on_a_filter_finds_what_is_in_scope() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let sam = Sam::at(&ground, &portal).await;
    sam.read_whole().await;
    let draft = [("query", "q=orders-cache-dev"), ("to", "password-free")];
    sam.is(&[elsewhere(Role::Operator)]).await;
    let answer = sam.browser.post("/api/ui/batch/draft", &draft).await;
    assert_eq!((answer.status, &*answer.code()), (400, "invalid-input"), "{answer:?}");
    // Whoever only looks there gets a draft that says so, and cannot be started.
    sam.is(&[elsewhere(Role::Operator), here(Role::Viewer)]).await;
    let batch = id_in(&sam.browser.post("/api/ui/batch/draft", &draft).await);
    let start = [("batch", &*batch), ("at_once", "1"), ("failures", "0")];
    let answer = sam.browser.post("/api/ui/batch/start", &start).await;
    assert_eq!((answer.status, &*answer.code()), (409, "blocked"), "{answer:?}");
    sam.is(&[elsewhere(Role::Viewer)]).await;
    let again = sam.browser.post("/api/ui/instances/read-again", &[("query", "")]).await;
    assert_eq!(again.status, 200, "{again:?}");
    assert!(ground.cloud.control().ledger().is_empty());
}

/// Pages that name what is in scope, and nothing else.
const LISTS: &[&str] = &[
    "/overview",
    "/accounts",
    "/instances",
    "/instances/export.csv",
    "/instances/export.json",
    "/changes",
    "/batches",
    "/inbox",
    "/audit",
    "/audit/export.csv",
    "/audit/export.jsonl",
    "/batches/new",
    "/go",
];

/// Pages of one thing: not there for who may not see it.
const THINGS: &[&str] = &[
    "/instances/{account}/{region}/{id}",
    "/changes/{id}",
    "/changes/{id}/receipt",
    "/reviews/{id}",
    "/batches/{id}",
    "/batches/{id}/export.csv",
];

/// Pages for admins over everything, and those that name no instance.
const ADMINS: &[&str] = &["/people", "/people/{name}", "/groups"];
const NO_INSTANCE: &[&str] = &[
    "/",
    "/sign-in",
    "/sign-in/second-step",
    "/signed-out",
    "/step-up",
    "/policy",
    "/me",
    "/me/sessions",
    "/settings",
    "/about",
    "/keys",
    "/me/second-factor",
    "/tokens",
    "/reset",
    "/design",
    "/{*any}",
];

#[test]
fn every_page_stands_in_a_table_here() {
    let listed = [LISTS, THINGS, ADMINS, NO_INSTANCE].concat();
    let distinct: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(distinct.len(), listed.len(), "a page stands in two tables");
    assert_eq!(distinct, tables::PAGES.iter().copied().collect());
    // News are narrowed as lists are: `news.rs`.
    assert_eq!(tables::STREAMS, ["/events"]);
}

#[tokio::test]
async fn every_page_shows_what_is_in_scope_and_nothing_else() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let sam = Sam::at(&ground, &portal).await;
    sam.is(&[here(Role::Operator)]).await;
    let review = take_review(&sam.browser, ORDERS, "password-free").await;
    let change = confirm(&oleg, &take_review(&oleg, ORDERS, "password-free").await).await;
    sam.ended(change, "verified").await;
    sam.read_whole().await;
    let draft = [("query", "q=orders-cache-dev"), ("to", "password-required")];
    let batch = id_in(&oleg.post("/api/ui/batch/draft", &draft).await);
    let start = [("batch", &*batch), ("at_once", "1"), ("failures", "0")];
    assert_eq!(oleg.post("/api/ui/batch/start", &start).await.status, 200);
    let things = [
        format!("/instances/{ORDERS}"),
        format!("/changes/{change}"),
        format!("/changes/{change}/receipt"),
        format!("/reviews/{review}"),
        format!("/batches/{batch}"),
        format!("/batches/{batch}/export.csv"),
    ];
    assert_eq!(things.len(), THINGS.len());
    let names_it =
        |answer: &Answer| answer.body.contains(ID) || answer.body.contains("orders-cache-dev");
    let staging = Grant {
        role: Role::Operator,
        area: Area {
            environments: [domain::environment::Environment::Staging].into(),
            ..Area::default()
        },
    };
    let by_tag = Grant {
        role: Role::Operator,
        area: Area {
            tags: [("team".to_owned(), ["nobody".to_owned()].into())].into(),
            ..Area::default()
        },
    };
    for grants in [vec![elsewhere(Role::Operator)], vec![staging], vec![by_tag], vec![]] {
        sam.is(&grants).await;
        let missing = if grants.is_empty() { [404, 403] } else { [404, 404] };
        for thing in &things {
            let page = sam.browser.get(thing).await;
            assert!(missing.contains(&page.status), "{thing} {grants:?}: {page:?}");
            // Its address alone stands in the page, as it was asked for.
            assert!(!page.body.contains("orders-cache-dev"), "{thing} {grants:?}: {page:?}");
        }
        for list in LISTS {
            let page = sam.browser.get(list).await;
            let allowed = if grants.is_empty() && *list == "/batches/new" { 403 } else { 200 };
            assert_eq!(page.status, allowed, "{list} {grants:?}: {page:?}");
            assert!(!names_it(&page), "{list} {grants:?}: {page:?}");
        }
        let found = sam.browser.get("/go?q=cache-dev").await;
        assert!(found.status == 200 && !names_it(&found), "{grants:?}: {found:?}");
        let recent = sam.browser.get(&format!("/go?recent={ORDERS}")).await;
        assert!(!recent.body.contains("orders-cache-dev"), "{grants:?}: {recent:?}");
    }
    sam.is(&[here(Role::Admin)]).await;
    for thing in &things {
        let page = sam.browser.get(thing).await;
        assert_eq!(page.status, 200, "{thing}: {page:?}");
        assert!(names_it(&page), "{thing}: {page:?}");
    }
    let recent = format!("/go?recent={ORDERS}");
    for list in [
        "/instances",
        "/instances/export.csv",
        "/changes",
        "/audit",
        "/audit/export.jsonl",
        "/go?q=cache-dev",
        &recent,
    ] {
        assert!(names_it(&sam.browser.get(list).await), "{list}");
    }
    for page in ["/people", "/people/vera", "/groups"] {
        assert_eq!(sam.browser.get(page).await.status, 403, "{page}");
    }
}

/// The wish was made in scope; the scope is gone when its time comes.
#[tokio::test]
async fn a_waiting_change_is_not_carried_out_for_who_lost_the_scope() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let sam = Sam::at(&ground, &portal).await;
    sam.is(&[here(Role::Operator)]).await;
    let review = take_review(&sam.browser, ORDERS, "password-free").await;
    let held = simulator::Rule::always(simulator::Fault::Delay { before_ms: 1500, after_ms: 0 });
    let held = held.for_action("DescribeInstanceAttribute").for_instance(ID);
    ground.cloud.control().add_fault(held);
    let change = confirm(&sam.browser, &review).await;
    sam.is(&[elsewhere(Role::Operator), here(Role::Viewer)]).await;
    sam.ended(change, "refused").await;
    let page = sam.browser.get(&format!("/changes/{change}")).await;
    assert_eq!(page.status, 200, "whoever looks there sees what became of it: {page:?}");
    assert!(ground.cloud.control().ledger().is_empty());
}
