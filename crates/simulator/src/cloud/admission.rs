//! The way of one call: admitted by the gateway, then carried out by the product.

use super::{Cloud, State};
use crate::action::{self, Action, Call, Product, Run};
use crate::clock::{Millis, moment, whole_millis};
use crate::fault::{Apply, Denial, Ending, Plan, Target};
use crate::gate::{self, Authenticated, keyring::Caller};
use crate::ledger::{LedgerEntry, LedgerResult};
use crate::ram::{Grant, Policy};
use crate::refusal::{self, AccessDeniedDetail, Refusal};
use crate::transport::envelope::{self, Text};
use crate::transport::request::Request;
use crate::world::{Change, Slot, World};
use std::collections::BTreeMap;
use time::OffsetDateTime;

const IDENTITY_POLICY: &str = "AccountLevelIdentityBasedPolicy";

/// A call between the gateway and the product.
pub(crate) struct Admission {
    pub plan: Plan,
    pub request_id: String,
    action: &'static Action,
    caller: Caller,
    region: u16,
    slot: Option<Slot>,
    ledger: Option<u64>,
}

/// What came out of a call, and when by the cloud's clock.
#[derive(Debug)]
pub(crate) struct Carried {
    pub outcome: Result<Text, Refusal>,
    pub request_id: String,
    pub product: &'static str,
    pub at: OffsetDateTime,
    ledger: Option<u64>,
}

impl Cloud {
    /// The gateway: signature, region, quota, faults.
    pub fn admit(&self, request: &Request) -> Result<Admission, Box<Carried>> {
        let (mut state, now) = self.lock();
        let state = &mut *state;
        let request_id = state.dice.request_id();
        let ledger = self.note_arrival(state, request, &request_id, now);
        let mut product = Product::RKvstore;
        let admitted =
            gate::authenticate(request, &self.accounts, &state.keyring, &mut state.nonces, now)
                .and_then(|who| {
                    product = who.action.product;
                    self.place(state, who, request, now)
                });
        match admitted {
            Ok((who, region, slot, plan)) => Ok(Admission {
                plan,
                request_id,
                action: who.action,
                caller: who.caller,
                region,
                slot,
                ledger,
            }),
            Err(refusal) => Err(Box::new(Carried {
                outcome: Err(refusal),
                request_id,
                product: product.name(),
                at: moment(now),
                ledger,
            })),
        }
    }

    /// The product: a read is answered; a write is checked and takes effect as planned.
    pub fn carry_out(&self, request: &Request, admission: &Admission) -> Carried {
        let (mut state, now) = self.lock();
        let state = &mut *state;
        let outcome = self.refuse_or_run(state, request, admission, now);
        if let Err(refusal) = &outcome {
            let place = (admission.caller.account, admission.region, admission.action.name);
            state.count_refusal(place, refusal);
        }
        Carried {
            outcome,
            request_id: admission.request_id.clone(),
            product: admission.action.product.name(),
            at: moment(now),
            ledger: admission.ledger,
        }
    }

    /// Notes what the caller of a mutating request was told; `status` is `None` when nothing was
    /// sent.
    pub fn note_answer(&self, carried: &Carried, status: Option<u16>) {
        if let Some(number) = carried.ledger {
            let code = carried.outcome.as_ref().err().map(|refusal| refusal.code.to_string());
            let code = code.filter(|_| status.is_some());
            self.lock().0.ledger.answered(number, LedgerResult { status, code });
        }
    }

    fn place(
        &self,
        state: &mut State,
        who: Authenticated,
        request: &Request,
        now: Millis,
    ) -> Result<(Authenticated, u16, Option<Slot>, Plan), Refusal> {
        let parameters = &request.parameters;
        let wanted = parameters.get("RegionId").filter(|_| who.action.product == Product::RKvstore);
        let wanted_region = wanted.and_then(|id| self.region(id));
        if who.action.regional && wanted.is_some() && wanted_region.is_none() {
            return Err(refusal::REGION_NOT_FOUND.into());
        }
        let named = who.action.instance.and_then(|parameter| parameters.get(parameter));
        let slot = named.and_then(|id| find(&state.world, id, who.caller.account, wanted_region));
        let instance = slot.and_then(|slot| state.world.get(slot));
        let region = wanted_region.or(instance.map(|instance| instance.region)).unwrap_or(0);

        let place = (who.caller.account, region, who.action.name);
        state.counters.entry(place).or_default().calls += 1;
        if !state.quotas.admit(place, now) {
            let refusal = Refusal::from(refusal::THROTTLED);
            state.count_refusal(place, &refusal);
            return Err(refusal);
        }
        let plan = state.faults.plan(&Target {
            account: &self.accounts[usize::from(who.caller.account)].name,
            region: &self.regions[usize::from(region)].id,
            action: who.action.name,
            mutates: who.action.mutates(),
            instance: instance.map(|instance| (&*instance.id, &*instance.name)),
            vpc_auth_mode: parameters.get("VpcAuthMode"),
        });
        Ok((who, region, slot, plan))
    }

    fn refuse_or_run(
        &self,
        state: &mut State,
        request: &Request,
        admission: &Admission,
        now: Millis,
    ) -> Result<Text, Refusal> {
        let plan = &admission.plan;
        if let Some(refusal) = &plan.refuse {
            return Err(refusal.clone());
        }
        if let Some(denial) = &plan.deny {
            return Err(self.denied(admission, denial, IDENTITY_POLICY));
        }
        if let Some((denial, policy_type)) = denied_to_session(state, request, admission) {
            return Err(self.denied(admission, &denial, policy_type));
        }
        let call = Call {
            action: admission.action,
            world: &state.world,
            roles: &state.roles,
            tokens: &state.tokens,
            regions: &self.regions,
            accounts: &self.accounts,
            conduct: &state.conduct,
            caller: &admission.caller,
            parameters: &request.parameters,
            format: request.format,
            request_id: &admission.request_id,
            now,
            region: admission.region,
            slot: admission.slot,
        };
        let text = match admission.action.run {
            Run::Read(run) => run(&call)?,
            Run::Write(run) => {
                let change = run(&call)?;
                let text = call.answer(&BTreeMap::from([("RequestId", &admission.request_id)]))?;
                state.take(change, plan.apply, admission.ledger.unwrap_or_default(), now);
                text
            }
            Run::Grant(run) => {
                let grant = run(&call)?;
                self.give(state, request, admission, &grant, now)?
            }
        };
        Ok(if plan.ending == Ending::EmptyLists { with_empty_lists(text) } else { text })
    }

    fn give(
        &self,
        state: &mut State,
        request: &Request,
        admission: &Admission,
        grant: &Grant,
        now: Millis,
    ) -> Result<Text, Refusal> {
        let account = &self.accounts[usize::from(grant.session.account)];
        let times = (now, grant.expires_at);
        let issued =
            state.keyring.issue(grant.session.clone(), &account.name, times, &mut state.dice);
        let body = action::session_answer(&admission.request_id, account, grant, &issued);
        envelope::answer(request.format, admission.action.name, &body)
            .map_err(|_| refusal::INTERNAL_ERROR.into())
    }

    fn denied(&self, admission: &Admission, denial: &Denial, policy_type: &'static str) -> Refusal {
        let account = &self.accounts[usize::from(admission.caller.account)];
        let session = admission.caller.session.as_deref();
        let message = if denial.code == "NoPermission" {
            "You are not authorized to do this action."
        } else {
            "User not authorized to operate on the specified resource, or this API doesn't support RAM."
        };
        let detail = AccessDeniedDetail {
            auth_action: admission.action.permission(),
            auth_principal_type: if session.is_some() { "AssumedRoleUser" } else { "SubUser" },
            auth_principal_owner_id: account.uid.clone(),
            auth_principal_display_name: session.map_or_else(
                || action::user_id(&account.uid),
                |session| format!("{}:{}", session.role, session.name),
            ),
            policy_type,
            no_permission_type: if denial.explicit { "ExplicitDeny" } else { "ImplicitDeny" },
            encoded_diagnostic_message: format!(
                "AQFohtp4aIbaeSIMULATED{}",
                admission.request_id.replace('-', "")
            ),
        };
        Refusal {
            status: 403,
            code: denial.code.clone().into(),
            message: message.into(),
            denied: Some(Box::new(detail)),
            retry_after: None,
        }
    }

    fn note_arrival(
        &self,
        state: &mut State,
        request: &Request,
        request_id: &str,
        now: Millis,
    ) -> Option<u64> {
        let action = request.action().filter(|name| action::is_mutating(name))?;
        let access_key_id = request.access_key_id();
        let account = access_key_id.as_deref().and_then(|id| state.keyring.account_of(id));
        let session = access_key_id.as_deref().and_then(|id| state.keyring.session_of(id));
        let parameters: BTreeMap<String, String> = request
            .parameters
            .all
            .iter()
            .filter(|(name, _)| !is_system_parameter(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Some(state.ledger.arrived(LedgerEntry {
            number: 0,
            at: moment(now),
            account: account.map(|index| self.accounts[usize::from(index)].name.clone()),
            session: session.map(|session| session.name.clone()),
            role: session.map(|session| session.role.clone()),
            access_key_id,
            nonce: request.nonce(),
            instance: parameters.get("InstanceId").cloned(),
            action,
            parameters,
            scheme: request.scheme,
            result: LedgerResult::default(),
            request_id: request_id.to_owned(),
            accepted_at: None,
            applied_at: None,
        }))
    }
}

impl State {
    fn take(&mut self, change: Change, apply: Apply, ledger: u64, now: Millis) {
        let settles_in = self.settles_in();
        match apply {
            Apply::Never => return,
            Apply::Now => self.world.begin(change, ledger, settles_in, now),
            Apply::Later(wait) => {
                self.world.begin_later(change, ledger, settles_in, now + whole_millis(wait));
            }
        }
        self.ledger.accepted(ledger, now);
        self.advance(now);
    }

    fn count_refusal(&mut self, place: (u16, u16, &'static str), refusal: &Refusal) {
        let count = self.counters.entry(place).or_default();
        if refusal.is_throttling() {
            count.throttled += 1;
        } else {
            count.refused += 1;
        }
    }
}

/// What the role, or the policy that its session was given, does not allow.
fn denied_to_session(
    state: &State,
    request: &Request,
    admission: &Admission,
) -> Option<(Denial, &'static str)> {
    let session = admission.caller.session.as_deref()?;
    let action = admission.action;
    if action.needs_no_permission() {
        return None;
    }
    let denial = |explicit| Denial { code: "NoPermission".to_owned(), explicit };
    let role = state.roles.get(session.account, &session.role);
    if role.is_some_and(|role| role.denies(action.name)) {
        return Some((denial(true), IDENTITY_POLICY));
    }
    let mode = request.parameters.get("VpcAuthMode");
    let allows = |policy: &Policy| policy.allows(&action.permission(), mode);
    let allowed = session.policy.as_ref().is_none_or(allows);
    (!allowed).then(|| (denial(false), "SessionPolicy"))
}

/// The instance, if it is the account's and in the region that the call goes to.
fn find(world: &World, id: &str, account: u16, region: Option<u16>) -> Option<Slot> {
    world.find(id).filter(|slot| {
        world.get(*slot).is_some_and(|instance| {
            instance.account == account && region.is_none_or(|region| region == instance.region)
        })
    })
}

fn is_system_parameter(name: &str) -> bool {
    matches!(
        name,
        "AccessKeyId"
            | "Action"
            | "Format"
            | "SecurityToken"
            | "SignatureMethod"
            | "SignatureNonce"
            | "Timestamp"
    ) || name.starts_with("Signature")
        || name == "Version"
}

/// The same JSON with every list empty; XML is left as it is.
fn with_empty_lists(text: Text) -> Text {
    let Ok(mut body) = serde_json::from_slice(&text.bytes) else { return text };
    envelope::empty_lists(&mut body);
    match serde_json::to_vec(&body) {
        Ok(bytes) => Text { bytes, ..text },
        Err(_) => text,
    }
}
