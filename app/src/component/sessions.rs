//! Where somebody is signed in.

use domain::time::Timestamp;
use leptos::prelude::*;
use service::SessionOf;

use crate::path;
use crate::text::Language;
use crate::ui::{Badge, Moment, Scroll, Tone};

/// `own`: the session that asks, where they are one's own, each with a button that ends it.
#[component]
pub fn SessionTable(
    language: Language,
    now: Timestamp,
    sessions: Vec<SessionOf>,
    own: Option<String>,
) -> impl IntoView {
    if sessions.is_empty() {
        return view! { <p class="muted">{language.no_sessions()}</p> }.into_any();
    }
    let rows = sessions.into_iter().map(|session| {
        let here = own.as_deref() == Some(&*session.label);
        let end = own.is_some().then(|| {
            let label = format!("{} {}", language.end_session(), session.label);
            view! {
                <form method="post" action=path::END_SESSION_POST>
                    <input type="hidden" name="session" value=session.label.clone()/>
                    <button class="button" aria-label=label>{language.end_session()}</button>
                </form>
            }
        });
        let device = session.agent.as_deref().map(device);
        view! {
            <tr>
                <th scope="row">
                    <code>{session.label.clone()}</code> " "
                    {here.then(|| view! { <Badge tone=Tone::Accent>{language.this_session()}</Badge> })}
                </th>
                <td><bdi title=session.agent.clone()>{device}</bdi></td>
                <td>{session.address.clone()}</td>
                <td class="num nowrap"><Moment language at=session.began_at text=language.stamp(session.began_at)/></td>
                <td class="num nowrap"><Moment language at=session.seen_at text=language.ago(session.seen_at, now)/></td>
                <td>{end}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Scroll label=language.sessions() card=true>
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">{language.session_column()}</th>
                        <th scope="col">{language.device_column()}</th>
                        <th scope="col">{language.address_column()}</th>
                        <th scope="col">{language.began_column()}</th>
                        <th scope="col">{language.seen_column()}</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

/// Browser and system, as far as what the browser calls itself says so; else the beginning of that.
fn device(agent: &str) -> String {
    let has = |word: &str| agent.contains(word);
    // What comes later calls itself by the names of those before, too.
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let of = |names: &[(&str, &'static str)]| {
        names.iter().find(|(word, _)| has(word)).map(|(_, name)| *name)
    };
    match (of(&browsers), of(&systems)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        _ => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_device_is_named_by_browser_and_system() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome, Linux");
        assert_eq!(device(&format!("{chrome} Edg/130.0")), "Edge, Linux");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
        assert_eq!(device(phone), "Safari, iPhone");
        assert_eq!(device("curl/8.5.0"), "curl/8.5.0");
        assert_eq!(device(&"x".repeat(200)).len(), 60);
    }
}
