//! What is to be done before there is anything to see: an account, its permissions, the first inventory.
//!
//! Shown until the first region of the first account was read. Each step is ticked by what was read, and says of what
//! failed why, and what to do.

use domain::fact::Unread;
use domain::inventory::{Coverage, RegionCoverage};
use leptos::prelude::*;

use crate::api::ssr::Request;
use crate::path;
use crate::text::Language;
use crate::ui::{CopyButton, Icon, IconName};

/// What to add to the configuration. The README has the same lines.
const ACCOUNT: &str = r#"[[accounts]]
name = "core"
access_key_id = "LTAI…"
access_key_secret_file = "/run/secrets/core-secret""#;
const CHECK_CONFIG: &str = "latchkey config check";
const DOCTOR: &str = "latchkey doctor";
/// The cloud's pages about policies of one's own are linked from its page on this feature.
const CLOUD_HELP: [(&str, &str); 2] = [
    (
        "https://www.alibabacloud.com/help/en/redis/user-guide/enable-password-free-access",
        "https://help.aliyun.com/zh/redis/user-guide/enable-password-free-access",
    ),
    (
        "https://www.alibabacloud.com/help/en/redis/developer-reference/api-r-kvstore-2015-01-01-modifyinstancevpcauthmode-redis",
        "https://help.aliyun.com/zh/redis/developer-reference/api-r-kvstore-2015-01-01-modifyinstancevpcauthmode-redis",
    ),
];

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Done,
    Now,
    Failed,
    Later,
}

/// Whether whoever asks sees the whole fleet, and nothing of it was ever read.
pub fn is_first_start(request: &Request, coverage: &Coverage) -> bool {
    let everything = request.who.as_ref().is_some_and(|who| who.person.sees().is_everything());
    everything && coverage.regions.iter().all(|region| region.listed_at.is_none())
}

#[component]
pub fn FirstSteps(request: Request, coverage: Coverage) -> impl IntoView {
    let language = request.language;
    let accounts = request.portal.accounts().names().len();
    let denied = coverage
        .regions
        .iter()
        .any(|region| matches!(region.problem, Some(Unread::Denied(_) | Unread::NoCredential)));
    let (account, permissions, inventory) = match (accounts, denied) {
        (0, _) => (State::Now, State::Later, State::Later),
        (_, true) => (State::Done, State::Failed, State::Later),
        (_, false) if coverage.problems().next().is_some() => {
            (State::Done, State::Now, State::Failed)
        }
        (_, false) => (State::Done, State::Now, State::Now),
    };
    let policy = service::smallest_ram_policy();
    let configured = (accounts > 0).then(|| language.n_accounts_configured(accounts));
    let [feature, call] = CLOUD_HELP.map(|(en, zh)| match language {
        Language::En => en,
        Language::ZhCn => zh,
    });
    view! {
        <section class="card first-steps" aria-labelledby="first-steps">
            <header><h2 id="first-steps">{language.first_steps()}</h2><span class="muted">{language.first_steps_lead()}</span></header>
            <ol class="body">
                <Step language state=account title=language.step_account()>
                    {match configured {
                        Some(configured) => view! { <p>{configured}</p> }.into_any(),
                        None => view! {
                            <p>{language.step_account_text()}</p>
                            <Copied language text=ACCOUNT.to_owned() what=language.configuration_file()/>
                            <p>{language.step_account_then()} " " <code>{CHECK_CONFIG}</code></p>
                        }.into_any(),
                    }}
                </Step>
                <Step language state=permissions title=language.step_permissions()>
                    <p>{language.step_permissions_text()}</p>
                    <details class="snippet" open={permissions != State::Now}>
                        <summary>{language.ram_policy()}</summary>
                        <Copied language text=policy what=language.ram_policy()/>
                    </details>
                    <p>{language.step_permissions_then()} " " <code>{DOCTOR}</code></p>
                    <p class="small">
                        {language.in_the_cloud_s_help()} ": "
                        <a href=feature rel="noreferrer">{language.password_free_access()}</a> " · "
                        <a href=call rel="noreferrer"><code>"ModifyInstanceVpcAuthMode"</code></a>
                    </p>
                </Step>
                <Step language state=inventory title=language.step_inventory()>
                    {(accounts > 0).then(|| view! { <Progress language coverage/> })}
                    {(accounts == 0).then(|| view! { <p class="muted">{language.step_inventory_text()}</p> })}
                </Step>
            </ol>
        </section>
    }
    .into_any()
}

#[component]
fn Step(
    language: Language,
    state: State,
    title: &'static str,
    children: Children,
) -> impl IntoView {
    let (tone, icon, word) = match state {
        State::Done => ("accent", IconName::Check, language.step_done()),
        State::Now => ("none", IconName::ArrowRight, language.step_now()),
        State::Failed => ("open", IconName::Warning, language.step_failed()),
        State::Later => ("none", IconName::Clock, language.step_later()),
    };
    view! {
        <li>
            <h3>{title} " " <span class="state small" data-tone=tone><Icon name=icon/>{word}</span></h3>
            <div class="stack tight">{children()}</div>
        </li>
    }
    .into_any()
}

/// How far the first inventory is. The page fetches it again by itself while something comes in.
#[component]
fn Progress(language: Language, coverage: Coverage) -> impl IntoView {
    let regions = coverage.regions.iter().filter(|region| region.region.is_some()).count();
    let answered = coverage
        .regions
        .iter()
        .filter(|region| region.region.is_some() && region.listed_at.is_some())
        .count();
    let text = language.inventory_so_far(answered, regions, coverage.instances);
    let problems: Vec<RegionCoverage> = coverage.problems().cloned().collect();
    let failed = !problems.is_empty();
    let problems = problems.into_iter().map(|problem| {
        let place = problem.region.as_ref().map_or_else(
            || language.account_whole().to_owned(),
            ToString::to_string,
        );
        let why = problem.problem.as_ref();
        let sentence = why.map(|why| language.unread(why)).unwrap_or_default();
        let next = why.map(|why| language.after_unread(why));
        view! {
            <li>
                <span class="state" data-tone="open"><Icon name=IconName::Warning/>{problem.account.to_string()} ", " {place} ": " {sentence}</span>
                " " {next}
            </li>
        }
    });
    let problems = problems.collect_view();
    view! {
        <p class="num" role="status">{text}</p>
        {failed.then(|| view! {
            <ul class="plain-list">{problems}</ul>
            <p><a href=path::ACCOUNTS>{language.to_accounts()}</a></p>
        })}
        <p class="muted small without-scripts">{language.reload_to_see()}</p>
    }
    .into_any()
}

#[component]
fn Copied(language: Language, text: String, what: &'static str) -> impl IntoView {
    view! {
        <div class="code"><pre tabindex="0"><code>{text.clone()}</code></pre><CopyButton language text what/></div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_says_the_same() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
        let readme = std::fs::read_to_string(path).unwrap();
        let flat: Vec<&str> = readme.lines().map(str::trim).collect();
        assert!(flat.join("\n").contains(ACCOUNT), "{ACCOUNT}");
        for command in [CHECK_CONFIG, DOCTOR] {
            assert!(flat.iter().any(|line| line.starts_with(command)), "{command}");
        }
    }
}
