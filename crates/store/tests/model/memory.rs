//! The real memory, asked for the same steps.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::access::{Access, AccessState};
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::call::{SentCall, SignatureScheme};
use domain::change::{Attempt, Cause, Change, ChangeState};
use domain::environment::Environment;
use domain::id::{AttemptId, ChangeId, IdempotencyKey, InstanceKey, ReviewId, UserId};
use domain::person::{Role, Scope};
use domain::time::Timestamp;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use store::audit::AuditFiles;
use store::change::{AttemptResult, AttemptWrite, ChangeFilter, Move, NewChange, Requested};
use store::{DatabaseUrl, Error, Store};

use crate::reference::{self, AGAIN, BUSY, Call, Forgery, INSTANCES, Model, PAUSE, Step, Wish};

const ALL: &Scope = &Scope::Everything;

/// Where a step would do as little as in the model, nothing is asked of it.
pub struct Memory {
    store: Store,
    raw: Raw,
    by: UserId,
    /// By the number of the wish.
    ids: Vec<ChangeId>,
    /// The model before the step that comes next.
    before: Model,
    asked: u128,
    _folder: tempfile::TempDir,
}

/// A connection past the portal.
enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

macro_rules! raw {
    ($raw:expr, |$connection:ident| $body:expr) => {
        match $raw {
            Raw::Sqlite($connection) => $body,
            Raw::Postgres($connection) => $body,
        }
    };
}

impl Memory {
    pub async fn new(url: &DatabaseUrl, folder: tempfile::TempDir, model: &Model) -> Self {
        let key = folder.path().join("audit-key");
        std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
        let files = AuditFiles { key: Some(key), ..AuditFiles::default() };
        let store = Store::open_with(url, "a test", &files).await.unwrap();
        let raw = match url {
            DatabaseUrl::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                Raw::Sqlite(SqliteConnection::connect_with(&options).await.unwrap())
            }
            DatabaseUrl::Postgres(url) => Raw::Postgres(PgConnection::connect(url).await.unwrap()),
        };
        let by = UserId::from_u128(7);
        let name = "lin.wei".parse().unwrap();
        store.add_user(by, &name, Role::Operator, "$argon2id$x", at(1)).await.unwrap();
        Self { store, raw, by, ids: vec![], before: model.clone(), asked: 0, _folder: folder }
    }

    pub async fn end(self) {
        match self.raw {
            Raw::Sqlite(raw) => raw.close().await.unwrap(),
            Raw::Postgres(raw) => raw.close().await.unwrap(),
        }
        self.store.close().await;
    }

    /// Does the step and compares what it answers with what the model says.
    pub async fn apply(&mut self, step: Step, after: &Model) {
        let before = std::mem::replace(&mut self.before, after.clone());
        match step {
            Step::Ask { instance, to, lasts, key, arguments } => {
                let key = before.key(key);
                let wish = Wish { lasts, key, arguments, ..reference::wish(instance, to) };
                self.ask(&before, &wish).await;
            }
            Step::AskTwice { instance, to } => self.ask_twice(&before, instance, to).await,
            Step::Move { wish, to, stale, call } => {
                let seen = self.seen(&before, wish, stale);
                let moved = self.step(&before, wish, &seen, to, call).await;
                let expected = before.allows(wish, to, stale, call);
                assert_eq!(moved.is_ok(), expected, "{moved:?}");
                assert!(moved.is_ok() || matches!(moved, Err(Error::Conflict)), "{moved:?}");
            }
            Step::MoveTwice { wish, to } => {
                let seen = self.seen(&before, wish, false);
                let (one, two) = tokio::join!(
                    self.step(&before, wish, &seen, to, Call::Nothing),
                    self.step(&before, wish, &seen, to, Call::Nothing)
                );
                let expected = usize::from(before.allows(wish, to, false, Call::Nothing));
                assert_eq!(
                    [&one, &two].iter().filter(|moved| moved.is_ok()).count(),
                    expected,
                    "{one:?} {two:?}"
                );
            }
            Step::Pass { .. } => {}
            Step::TakeDue => self.take_due(&before).await,
            Step::BeginReturn { instance, dies } => {
                self.begin_return(&before, instance, dies).await;
            }
            Step::Extend { instance, stale, by } => self.extend(&before, instance, stale, by).await,
            Step::Release { instance } => {
                if let Some(duty) = before.duties.get(&instance) {
                    let opened_by = self.ids[duty.opened_by];
                    self.store.end_return_of_released(opened_by, at(before.now)).await.unwrap();
                }
            }
            Step::Forge { wish, forgery } => {
                let let_through = self.forge(&before, wish, forgery).await;
                assert!(!let_through, "{forgery:?} was let through");
            }
        }
    }

    async fn ask(&mut self, before: &Model, wish: &Wish) {
        let (change, key) = self.wished(before, wish);
        let expected = match before.with_key(&wish.key) {
            Some(used) if before.wishes[used].arguments == wish.arguments => {
                Requested::Repeated(self.ids[used])
            }
            Some(_) => Requested::KeyReused,
            None => match before.open_wish(wish.instance) {
                Some(open) => Requested::Busy(self.ids[open]),
                None => Requested::Stored,
            },
        };
        let requested = request(&self.store, &change, &key, wish.arguments).await;
        assert_eq!(requested.unwrap(), expected);
        if expected == Requested::Stored {
            self.ids.push(change.id);
        }
    }

    /// Whoever comes second is told of the first. Which of the two that is, nobody knows.
    async fn ask_twice(&mut self, before: &Model, instance: usize, to: Access) {
        let asked = [before.key(None), format!("{}-too", before.key(None))].map(|key| {
            let wish = Wish { key, ..reference::wish(instance, to) };
            self.wished(before, &wish)
        });
        let [(one, first), (two, second)] = &asked;
        let (one_is, two_is) = tokio::join!(
            request(&self.store, one, first, false),
            request(&self.store, two, second, false)
        );
        let stored: Vec<ChangeId> = [(one, one_is), (two, two_is)]
            .into_iter()
            .filter(|(_, requested)| matches!(requested, Ok(Requested::Stored)))
            .map(|(change, _)| change.id)
            .collect();
        assert_eq!(stored.len(), usize::from(before.open_wish(instance).is_none()));
        self.ids.extend(stored);
    }

    fn wished(&mut self, before: &Model, wish: &Wish) -> (Change, IdempotencyKey) {
        self.asked += 1;
        let change = Change {
            id: ChangeId::from_u128(self.asked),
            instance: key(wish.instance),
            name: "orders-cache".into(),
            environment: Environment::Development,
            to: wish.to,
            expected_prior: AccessState::Unknown,
            state: ChangeState::Requested,
            ending: None,
            version: 0,
            requested_by: self.by,
            requested_by_name: "lin.wei".parse().unwrap(),
            reason: None,
            cause: wish.cause,
            lasts: wish.lasts.map(|lasts| Duration::from_secs(lasts.unsigned_abs())),
            start_at: None,
            break_glass: false,
            puts_back: None,
            review: ReviewId::from_u128(1),
            preflight: None,
            cloud_request_id: None,
            requested_at: at(before.now),
            updated_at: at(before.now),
        };
        (change, wish.key.parse().unwrap())
    }

    /// The change as a mover saw it.
    fn seen(&self, before: &Model, number: usize, stale: bool) -> Change {
        let wish = &before.wishes[number];
        let asked = Change { id: self.ids[number], ..change_of(wish, self.by) };
        Change { state: wish.state, version: wish.version - i64::from(stale), ..asked }
    }

    async fn step(
        &self,
        before: &Model,
        number: usize,
        seen: &Change,
        to: ChangeState,
        call: Call,
    ) -> Result<Change, Error> {
        let wish = &before.wishes[number];
        let next = wish.attempts.len() + 1;
        let attempt = attempt(seen.id, next, call == Call::OpenUsedNonce, before, &self.ids);
        let write = match call {
            Call::Nothing => None,
            Call::Open | Call::OpenUsedNonce => Some(AttemptWrite::Open(&attempt)),
            Call::Finish(outcome) => Some(AttemptWrite::Finish(AttemptResult {
                id: attempt_id(seen.id, wish.attempts.len()),
                outcome,
                cloud_request_id: None,
                cloud_code: None,
                http_status: None,
                at: at(before.now),
            })),
        };
        self.store.move_change(Move { attempt: write, ..Move::new(seen, to, at(before.now)) }).await
    }

    async fn take_due(&self, before: &Model) {
        let again = Duration::from_secs(AGAIN.unsigned_abs());
        let (one, two) = tokio::join!(
            self.store.take_due_returns(at(before.now), again, 10),
            self.store.take_due_returns(at(before.now), again, 10)
        );
        let mut taken: Vec<_> = one.unwrap().into_iter().chain(two.unwrap()).collect();
        taken.sort_by_key(|due| due.duty.instance.id.to_string());
        let taken: Vec<_> = taken.into_iter().map(|due| due.duty.instance).collect();
        let due: Vec<_> = before.due().into_iter().map(key).collect();
        assert_eq!(taken, due, "each once");
    }

    async fn begin_return(&mut self, before: &Model, instance: usize, dies: bool) {
        let Some(key) = before.return_key(instance) else { return };
        let duty = &before.duties[&instance];
        let opened_by = self.ids[duty.opened_by];
        let wish = Wish {
            cause: Cause::Return,
            key,
            ..reference::wish(instance, Access::PasswordRequired)
        };
        let (change, key) = self.wished(before, &wish);
        let used = before.with_key(&wish.key).map(|used| self.ids[used]);
        let id = match request(&self.store, &change, &key, false).await.unwrap() {
            Requested::Stored => {
                assert!(used.is_none() && before.open_wish(instance).is_none());
                self.ids.push(change.id);
                change.id
            }
            Requested::Repeated(id) => {
                assert_eq!(Some(id), used);
                id
            }
            Requested::Busy(_) => {
                assert!(used.is_none() && before.open_wish(instance).is_some());
                let next = at(before.now + BUSY);
                return self.store.put_off_return(opened_by, next).await.unwrap();
            }
            Requested::KeyReused => panic!("the key of a return"),
        };
        if !dies {
            let next = at(before.now + PAUSE);
            self.store.note_return_try(opened_by, id, next).await.unwrap();
        }
    }

    async fn extend(&self, before: &Model, instance: usize, stale: bool, by: i64) {
        let Some(mut seen) = self.store.find_return(ALL, &key(instance)).await.unwrap() else {
            assert!(!before.duties.contains_key(&instance));
            return;
        };
        if stale {
            seen.due_at = seen.due_at.minus(Duration::from_secs(1));
        }
        let event = event(AuditCode::ReturnExtended, seen.opened_by);
        let moved = self.store.extend_return(&seen, at(before.now + by), &event).await.unwrap();
        assert_eq!(moved, !stale && before.duties[&instance].tries == 0);
    }

    /// Whether the database let it through.
    async fn forge(&mut self, before: &Model, number: usize, forgery: Forgery) -> bool {
        let wish = &before.wishes[number];
        let id = self.ids[number].to_string();
        let next = ChangeState::ALL.iter().copied().find(|to| wish.state.may_become(*to));
        // What a legal move would write, but for one thing.
        let (mut state, mut version, mut flips) = (next.unwrap_or(wish.state), 1, false);
        let mut target = wish.to;
        match forgery {
            Forgery::State(to) => state = to,
            Forgery::Version(grows) => version = grows,
            Forgery::OpenFlag => flips = true,
            Forgery::Target => {
                target =
                    if wish.to.opens() { Access::PasswordRequired } else { Access::PasswordFree };
            }
            Forgery::Delete => {
                return raw!(&mut self.raw, |c| sqlx::query("DELETE FROM changes WHERE id = $1")
                    .bind(id)
                    .execute(c)
                    .await
                    .is_ok());
            }
            Forgery::AttemptOutcome => {
                return raw!(&mut self.raw, |c| {
                    sqlx::query(
                    "UPDATE attempts SET outcome = CASE outcome WHEN 'accepted' THEN 'denied' ELSE 'accepted' END
                     WHERE change_id = $1 AND outcome IS NOT NULL"
                )
                .bind(id)
                .execute(c)
                .await
                .is_ok()
                });
            }
            Forgery::AttemptDelete => {
                return raw!(&mut self.raw, |c| sqlx::query(
                    "DELETE FROM attempts WHERE change_id = $1"
                )
                .bind(id)
                .execute(c)
                .await
                .is_ok());
            }
            Forgery::Guard => {
                return raw!(&mut self.raw, |c| sqlx::query(
                    "UPDATE change_guards SET open_change = NULL WHERE open_change = $1"
                )
                .bind(id)
                .execute(c)
                .await
                .is_ok());
            }
            Forgery::AttemptAdded => {
                return raw!(&mut self.raw, |c| sqlx::query(
                    "INSERT INTO attempts (id, change_id, number, nonce, signed_at, call)
                     VALUES ('forged', $1, 99, 'forged', 1, '{}')"
                )
                .bind(id)
                .execute(c)
                .await
                .is_ok());
            }
        }
        raw!(&mut self.raw, |c| {
            sqlx::query(
            "UPDATE changes SET state = $2, version = version + $3, open = $4, target = $5 WHERE id = $1"
        )
        .bind(id)
        .bind(state.code())
        .bind(version)
        .bind(state.is_terminal() == flips)
        .bind(target.code())
        .execute(c)
        .await
        .is_ok()
        })
    }

    /// Everything there is, compared.
    pub async fn check(&self, model: &Model) {
        let filter = ChangeFilter::default();
        let stored = self.store.list_changes(ALL, &filter, 10_000).await.unwrap();
        let mut by_id: BTreeMap<ChangeId, Change> =
            stored.into_iter().map(|change| (change.id, change)).collect();
        assert_eq!(by_id.len(), model.wishes.len());
        let mut open = [0; INSTANCES];
        for (wish, id) in model.wishes.iter().zip(&self.ids) {
            let change = by_id.remove(id).unwrap();
            assert_eq!((change.state, change.version), (wish.state, wish.version));
            assert_eq!((change.to, &change.instance), (wish.to, &key(wish.instance)));
            open[wish.instance] += usize::from(!change.state.is_terminal());
            let attempts = self.store.list_attempts(*id).await.unwrap();
            let ends: Vec<_> = attempts.iter().map(|attempt| attempt.outcome).collect();
            assert_eq!(ends, wish.attempts);
            assert!(
                attempts
                    .iter()
                    .all(|attempt| attempt.outcome.is_some() == attempt.finished_at.is_some())
            );
        }
        assert!(open.iter().all(|open| *open <= 1), "{open:?}");
        for instance in 0..INSTANCES {
            let guard = self.store.find_guard(&key(instance)).await.unwrap();
            let claimed = guard.and_then(|guard| guard.open_change);
            assert_eq!(claimed, model.open_wish(instance).map(|wish| self.ids[wish]));
        }
        assert_eq!(self.store.list_open_changes().await.unwrap().len(), open.iter().sum::<usize>());
        let duties = self.store.list_returns(ALL, 100).await.unwrap();
        assert_eq!(duties.len(), model.duties.len());
        for duty in duties {
            let instance = (0..INSTANCES).find(|instance| key(*instance) == duty.instance).unwrap();
            let expected = &model.duties[&instance];
            assert_eq!(duty.opened_by, self.ids[expected.opened_by]);
            assert_eq!((duty.due_at, duty.tries), (at(expected.due), expected.tries));
            assert_eq!(duty.last_try, expected.last_try.map(|number| self.ids[number]));
        }
    }
}

async fn request(
    store: &Store,
    change: &Change,
    key: &IdempotencyKey,
    arguments: bool,
) -> Result<Requested, Error> {
    let event = event(AuditCode::ChangeRequested, change.id);
    let arguments = if arguments { "these" } else { "those" };
    store
        .request_change(NewChange {
            change,
            key,
            arguments,
            session: None,
            address: None,
            event: &event,
        })
        .await
}

fn change_of(wish: &Wish, by: UserId) -> Change {
    Change {
        id: ChangeId::from_u128(0),
        instance: key(wish.instance),
        name: "orders-cache".into(),
        environment: Environment::Development,
        to: wish.to,
        expected_prior: AccessState::Unknown,
        state: wish.state,
        ending: None,
        version: wish.version,
        requested_by: by,
        requested_by_name: "lin.wei".parse().unwrap(),
        reason: None,
        cause: wish.cause,
        lasts: wish.lasts.map(|lasts| Duration::from_secs(lasts.unsigned_abs())),
        start_at: None,
        break_glass: false,
        puts_back: None,
        review: ReviewId::from_u128(1),
        preflight: None,
        cloud_request_id: None,
        requested_at: at(0),
        updated_at: at(0),
    }
}

fn attempt_id(change: ChangeId, number: usize) -> AttemptId {
    AttemptId::from_u128(change.as_u128() * 1000 + u128::try_from(number).unwrap())
}

fn attempt(
    change: ChangeId,
    number: usize,
    used: bool,
    before: &Model,
    ids: &[ChangeId],
) -> Attempt {
    let id = attempt_id(change, number);
    let first = before.wishes.iter().position(|wish| !wish.attempts.is_empty());
    let nonce = match first.filter(|_| used) {
        Some(first) => attempt_id(ids[first], 1),
        None => id,
    };
    Attempt {
        id,
        change,
        number: i32::try_from(number).unwrap(),
        nonce: nonce.to_string(),
        signed_at: at(before.now),
        call: SentCall {
            scheme: SignatureScheme::V1,
            method: "POST".into(),
            url: "https://r-kvstore.aliyuncs.com/".into(),
            headers: vec![],
            form: vec![],
        },
        outcome: None,
        cloud_request_id: None,
        cloud_code: None,
        http_status: None,
        finished_at: None,
    }
}

fn event(code: AuditCode, change: ChangeId) -> AuditEvent {
    AuditEvent {
        change: Some(change),
        ..AuditEvent::new(at(1), code, Outcome::Intended, Actor::Portal)
    }
}

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(seconds)
}

fn key(instance: usize) -> InstanceKey {
    format!("core/cn-hangzhou/r-{instance}").parse().unwrap()
}
