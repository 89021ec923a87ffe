//! Closed sets of words, for the document. To add one: a line at the end.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

fn one_of<'a>(about: &str, words: impl Iterator<Item = &'a str>) -> RefOr<Schema> {
    let object = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
    object.description(Some(about)).into()
}

macro_rules! words {
    ($($name:ident: $about:literal, $words:expr;)+) => {$(
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of($about, $words)
            }
        }

        impl ToSchema for $name {}
    )+};
}

macro_rules! all {
    ($set:ty) => {
        <$set>::ALL.iter().map(|word| word.code())
    };
}

words! {
    Access: "What is asked for.", all!(domain::access::Access);
    AccessState: "How an instance is entered. Anything unexpected is unknown.", all!(domain::access::AccessState);
    Environment: "From a tag; unlabelled is treated as production.", all!(domain::environment::Environment);
    Role: "Each may do all that the ones before it may.", all!(domain::person::Role);
    WhitelistFinding: "The whitelist in one word.", all!(domain::inventory::WhitelistFinding);
    Level: "How many could get in, from none to critical.", all!(domain::exposure::ExposureLevel).chain(["unknown"]);
    Verdict: "One check's finding.", all!(domain::preflight::Verdict);
    ChangeState: "Where a change stands.", all!(domain::change::ChangeState);
    Cause: "What a change came from.", all!(domain::change::Cause);
    SendOutcome: "What was seen of one signed call.", all!(domain::change::SendOutcome);
    ApprovalKind: "Before a change is made, or after an emergency.", all!(domain::approval::ApprovalKind);
    ApprovalVerdict: "What the second person said.", all!(domain::approval::Verdict);
    AuditCode: "What happened. More may be added.", all!(domain::audit::AuditCode);
    AuditOutcome: "How it ended.", all!(domain::audit::Outcome);
    ErrorCode: "What happened. More may be added.", all!(app::api::error::ErrorCode);
    FieldProblem: "What is wrong with a field.", all!(app::api::error::FieldProblem);
    Result: "In one word, what became of a change so far.", all!(super::change::Result);
}
