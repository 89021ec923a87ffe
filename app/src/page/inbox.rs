//! The inbox: what people are told without asking; and, for admins, how the webhook does.

use domain::inbox::Notice;
use leptos::prelude::*;
use service::inbox::{Delivery, Told};

use super::load::load;
use crate::api::inbox::ALL;
use crate::api::ssr::Request;
use crate::component::{Frame, Section};
use crate::path;
use crate::text::Language;
use crate::ui::{Badge, Card, Empty, Moment, Tone};

#[component]
pub fn InboxPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let viewer = request.viewer()?;
            let told = viewer.list_inbox().await.map_err(|error| request.respond(error))?;
            let sent = viewer.list_deliveries().await.map_err(|error| request.respond(error))?;
            Ok((told, sent))
        }
    };
    let webhook = request.portal.settings().webhook.as_ref().map(service::Webhook::host);
    let shown = load(request, data, move |_, (told, sent)| {
        view! {
            <Inbox language told/>
            {sent.map(|sent| view! { <Deliveries language host=webhook sent/> })}
        }
    });
    view! {
        <Frame title=language.inbox().to_owned() section=Section::None>
            <div class="title">
                <h1>{language.inbox()}</h1>
                <span class="muted">{language.inbox_lead()}</span>
            </div>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Inbox(language: Language, told: Vec<Told>) -> impl IntoView {
    if told.is_empty() {
        return view! { <div class="card"><Empty title=language.inbox_empty() text=language.inbox_empty_text()/></div> }.into_any();
    }
    let unread = told.iter().any(|told| told.read_at.is_none());
    let rows = told.into_iter().map(|told| view! { <Row language told/> }).collect_view();
    view! {
        {unread.then(|| view! {
            <form method="post" action=path::READ_NOTICE_POST>
                <input type="hidden" name="notice" value=ALL/>
                <button class="button">{language.mark_all_read()}</button>
            </form>
        })}
        <ol class="card inbox">{rows}</ol>
    }
    .into_any()
}

#[component]
fn Row(language: Language, told: Told) -> impl IntoView {
    let Told { id, notice, read_at } = told;
    let unread = read_at.is_none();
    let href = path::of_notice(&notice);
    let about = about(&notice);
    let due = notice.due_at;
    view! {
        <li data-unread=unread.then_some("")>
            <div>
                <p>
                    {unread.then(|| view! { <Badge tone=Tone::Accent>{language.not_read_yet()}</Badge> " " })}
                    <a href=href><b>{language.notice_kind(notice.kind)}</b></a>
                </p>
                <p class="muted small">
                    <bdi>{about}</bdi>
                    {due.map(|due| view! { " · " <Moment language at=due text=language.stamp(due)/> })}
                </p>
                {notice.reason.map(|reason| view! { <p class="small"><bdi>{reason}</bdi></p> })}
            </div>
            <span class="muted num nowrap"><Moment language at=notice.at text=language.stamp(notice.at)/></span>
            {unread.then(|| view! {
                <form method="post" action=path::READ_NOTICE_POST>
                    <input type="hidden" name="notice" value=id/>
                    <button class="button" data-tone="quiet">{language.mark_read()}</button>
                </form>
            })}
        </li>
    }
    .into_any()
}

/// `orders-cache · r-bp1… · lin.wei`
fn about(notice: &Notice) -> String {
    let instance = notice.instance.as_ref().map(|key| key.id.to_string());
    let person = notice.person.as_ref().map(ToString::to_string);
    [notice.name.clone(), instance, person].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[component]
fn Deliveries(language: Language, host: Option<String>, sent: Vec<Delivery>) -> impl IntoView {
    let none = sent.is_empty();
    let rows = sent.into_iter().map(move |sent| {
        let (tone, state) = match (sent.delivered_at, sent.given_up_at) {
            (Some(_), _) => (Tone::Safe, language.delivered()),
            (None, Some(_)) => (Tone::Danger, language.delivery_given_up()),
            (None, None) => (Tone::Neutral, language.delivery_waits()),
        };
        let outcome = sent.last_outcome.map(|word| language.delivery_outcome(&word));
        view! {
            <tr>
                <td class="num nowrap"><Moment language at=sent.created_at text=language.stamp(sent.created_at)/></td>
                <td>{language.notice_kind(sent.notice.kind)} <code class="muted under">{sent.id}</code></td>
                <td><Badge tone>{state}</Badge> <span class="muted under">{outcome}</span></td>
                <td class="num">{sent.tries}</td>
            </tr>
        }
    });
    view! {
        <Card title=language.webhook() note=host.clone().unwrap_or_default()>
            <p class="muted small">{if host.is_some() { language.webhook_text() } else { language.webhook_none() }}</p>
            <form method="post" action=path::TEST_WEBHOOK_POST>
                <button class="button">{language.webhook_test()}</button>
            </form>
            {if none {
                view! { <p class="muted">{language.no_deliveries()}</p> }.into_any()
            } else {
                view! {
                    <table class="deliveries">
                        <thead><tr>
                            <th scope="col">{language.when_column()}</th>
                            <th scope="col">{language.code_column()}</th>
                            <th scope="col">{language.delivery_state()}</th>
                            <th scope="col">{language.delivery_tries()}</th>
                        </tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                }
                .into_any()
            }}
        </Card>
    }
    .into_any()
}
