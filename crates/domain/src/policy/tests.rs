use super::*;
use crate::preflight::Facts;

const NOW: Timestamp = Timestamp::from_secs(1_795_401_600);

fn wish(facts: &Facts, to: Access) -> Wish<'_> {
    let environment = Environment::Production;
    Wish { environment, to, role: Role::Operator, at: NOW, facts, break_glass: false }
}

fn opening(policy: &Policy) -> Demand {
    policy.demand(&wish(&Facts::unread(), Access::PasswordFree))
}

fn closing(policy: &Policy) -> Demand {
    policy.demand(&wish(&Facts::unread(), Access::PasswordRequired))
}

fn production(rules: Rules) -> Policy {
    Policy { production: rules, ..Policy::default() }
}

#[test]
fn without_a_word_production_wants_a_reason_and_nothing_else() {
    let free = Demand { reason: true, approval: false, refusal: None, breakable: false };
    assert_eq!(opening(&Policy::default()), free);
    assert_eq!(closing(&Policy::default()), free);
    let facts = Facts::unread();
    let elsewhere =
        Wish { environment: Environment::Development, ..wish(&facts, Access::PasswordFree) };
    assert!(!Policy::default().demand(&elsewhere).reason);
    let unlabelled =
        Wish { environment: Environment::Unlabelled, ..wish(&facts, Access::PasswordFree) };
    assert!(Policy::default().demand(&unlabelled).reason, "as production");
}

#[test]
fn a_freeze_stops_what_it_says() {
    let opening_off = Policy { freeze: Freeze::Opening, ..Policy::default() };
    assert_eq!(opening(&opening_off).refusal, Some(Refusal::Frozen { freeze: Freeze::Opening }));
    assert_eq!(closing(&opening_off).refusal, None);
    let all_off = Policy { freeze: Freeze::All, ..Policy::default() };
    assert_eq!(closing(&all_off).refusal, Some(Refusal::Frozen { freeze: Freeze::All }));
}

#[test]
fn who_may_ask_is_a_matter_of_the_direction() {
    let policy = production(Rules {
        open: Direction { who: Some(Role::Admin), approval: ApprovalRule::Never },
        close: Direction { who: None, approval: ApprovalRule::Never },
        ..Rules::default()
    });
    assert_eq!(opening(&policy).refusal, Some(Refusal::Role { needed: Some(Role::Admin) }));
    assert_eq!(closing(&policy).refusal, Some(Refusal::Role { needed: None }));
}

#[test]
fn what_nobody_can_say_is_exposed() {
    let when_exposed = Direction { who: Some(Role::Operator), approval: ApprovalRule::WhenExposed };
    let policy = production(Rules { open: when_exposed, close: when_exposed, ..Rules::default() });
    assert!(opening(&policy).approval);
    assert!(!closing(&policy).approval, "a shut door exposes nothing");
}

#[test]
fn a_broken_glass_goes_past_all_but_its_own_role_and_wants_a_reason() {
    let approved = Direction { who: Some(Role::Approver), approval: ApprovalRule::Always };
    let policy = Policy {
        freeze: Freeze::All,
        break_glass: Some(Role::Operator),
        ..production(Rules { open: approved, close: approved, ..Rules::default() })
    };
    assert!(opening(&policy).breakable);
    let facts = Facts::unread();
    let broken = Wish { break_glass: true, ..wish(&facts, Access::PasswordFree) };
    let demand = policy.demand(&broken);
    assert_eq!((demand.approval, demand.refusal, demand.reason), (false, None, true));
    let admins = Policy { break_glass: Some(Role::Admin), ..policy.clone() };
    assert_eq!(
        admins.demand(&broken).refusal,
        Some(Refusal::BreakGlassRole { needed: Some(Role::Admin) })
    );
    let nobody = Policy { break_glass: None, ..policy };
    assert_eq!(nobody.demand(&broken).refusal, Some(Refusal::BreakGlassRole { needed: None }));
}

#[test]
fn a_policy_is_read_as_it_was_written() {
    let policy = Policy {
        zone: "Asia/Shanghai".parse().unwrap(),
        ..production(Rules {
            windows: Windows(vec!["allow mon-fri 09:00-18:00".parse().unwrap()]),
            ..Rules::default()
        })
    };
    let text = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
}
