//! Each part of `ui` in each of its states.

use domain::time::Timestamp;
use leptos::prelude::*;

use crate::design::Theme;
use crate::text::Language;
use crate::ui::{
    Badge, Bar, BarTable, Card, CopyButton, Empty, Fact, FactList, Icon, IconName, Moment,
    StackedBar, Tone,
};

const TONES: [Tone; 6] =
    [Tone::Neutral, Tone::Accent, Tone::Strong, Tone::Open, Tone::Danger, Tone::Safe];
/// What stands in a button's `data-tone`.
const BUTTONS: [&str; 4] = ["neutral", "primary", "open", "quiet"];
/// Shown by a class: what a pointer and the keyboard do.
const STATES: [&str; 3] = ["is-hover", "is-focus", "is-active"];
/// A moment is shown as one that is always the same.
const MOMENT: Timestamp = Timestamp::from_millis(1_750_000_000_000);

#[component]
pub fn Parts(language: Language, theme: Theme) -> impl IntoView {
    view! {
        <Buttons language/>
        <Choices language theme/>
        <Fields language theme/>
        <Words language/>
        <Blocks language/>
        <Drawn language/>
    }
    .into_any()
}

/// The name of a state beside what it does.
fn state_name(language: Language, state: &str) -> &'static str {
    match state {
        "is-hover" => language.design_hover(),
        "is-focus" => language.design_focus(),
        "is-active" => language.design_active(),
        _ => language.design_default(),
    }
}

#[component]
fn Buttons(language: Language) -> impl IntoView {
    let rows = BUTTONS.map(|tone| {
        let states = ["", STATES[0], STATES[1], STATES[2]].map(|state| {
            let class = format!("button {state}");
            view! { <button type="button" class=class data-tone=tone>{state_name(language, state)}</button> }
        });
        view! {
            <div class="row">
                {states.collect_view()}
                <button type="button" class="button" data-tone=tone disabled title=language.switch_needs_operator()>{language.design_disabled()}</button>
                <button type="button" class="button" data-tone=tone aria-busy="true"><span class="spinner" aria-hidden="true"></span>{language.design_busy()}</button>
            </div>
        }
    });
    view! {
        <h3>{language.design_buttons()}</h3>
        {rows.collect_view()}
        <p class="muted small">{language.switch_needs_operator()}</p>
    }
    .into_any()
}

#[component]
fn Choices(language: Language, theme: Theme) -> impl IntoView {
    let switches = [("false", ""), ("true", ""), ("false", STATES[1]), ("true", STATES[1])].map(
        |(on, state)| {
            let (class, label) = (format!("switch {state}"), state_name(language, state));
            view! { <button type="button" class=class role="switch" aria-checked=on aria-label=label></button> }
        },
    );
    let refused = ["false", "true"].map(|on| {
        view! {
            <button type="button" class="switch" role="switch" aria-checked=on aria-disabled="true"
                aria-label=language.design_disabled() title=language.switch_state_unknown()></button>
        }
    });
    let chips = [(None, ""), (None, STATES[0]), (None, STATES[1]), (Some("true"), "")].map(
        |(current, state)| {
            let (class, text) = (format!("chip {state}"), state_name(language, state));
            view! { <a class=class href="#main" aria-current=current>{text} " " <span class="num">"12"</span></a> }
        },
    );
    let segments = [("true", language.theme_light()), ("false", language.theme_dark())].map(
        |(pressed, text)| view! { <button type="button" aria-pressed=pressed>{text}</button> },
    );
    let label = format!("{} ({})", language.theme(), theme.code());
    view! {
        <h3>{language.design_choices()}</h3>
        <div class="row">
            {switches.collect_view()}
            {refused.collect_view()}
            <span class="switch-busy"><span class="spinner" aria-hidden="true"></span></span>
        </div>
        <div class="chips wrap">{chips.collect_view()}</div>
        <div class="row">
            <div class="segments" role="group" aria-label=label>{segments.collect_view()}</div>
            <span class="mono">"r-bp1ordersdev0001"</span> <CopyButton language text="r-bp1ordersdev0001"/>
        </div>
    }
    .into_any()
}

#[component]
fn Fields(language: Language, theme: Theme) -> impl IntoView {
    let id = |name: &str| format!("{name}-{}", theme.code());
    let field = |state: &'static str| {
        let (id, class) = (id(&format!("field{state}")), format!("input {state}"));
        view! {
            <div class="field">
                <label for=id.clone()>{state_name(language, state)}</label>
                <input class=class id=id value="orders-cache" autocomplete="off"/>
            </div>
        }
    };
    let (wrong, why, off, list) = (id("wrong"), id("why"), id("off"), id("list"));
    view! {
        <h3>{language.design_fields()}</h3>
        {["", STATES[1]].map(field).collect_view()}
        <div class="field">
            <label for=wrong.clone()>{language.design_error()}</label>
            <input class="input" id=wrong value="orders" aria-invalid="true" aria-describedby=why.clone() autocomplete="off"/>
            <p class="danger small" id=why>{language.design_error_text()}</p>
        </div>
        <div class="field">
            <label for=off.clone()>{language.design_disabled()}</label>
            <input class="input" id=off value="orders-cache" disabled/>
            <p class="muted small">{language.switch_needs_operator()}</p>
        </div>
        <div class="field">
            <label for=list.clone()>{language.region()}</label>
            <select class="input" id=list><option>"cn-hangzhou"</option></select>
        </div>
        <label class="tick"><input type="checkbox" checked/><span>{language.design_default()}</span></label>
        <label class="tick"><input type="checkbox" disabled/><span>{language.design_disabled()}</span></label>
    }
    .into_any()
}

#[component]
fn Words(language: Language) -> impl IntoView {
    let badges = TONES.map(|tone| view! { <Badge tone>{tone.code()}</Badge> });
    let states = ["open", "accent", "unknown", "none"].map(|tone| {
        view! { <span class="state" data-tone=tone><Icon name=IconName::Lock/><code>{tone}</code></span> }
    });
    let icons = IconName::ALL.iter().map(|name| view! { <Icon name=*name/> });
    view! {
        <h3>{language.design_words()}</h3>
        <p><a href="#main">{language.see_all()}</a> " " <code>"RequestId"</code> " " <Moment language at=MOMENT text=language.moment(MOMENT)/></p>
        <div class="row mono">{badges.collect_view()}</div>
        <div class="row">{states.collect_view()}</div>
        <div class="row">{icons.collect_view()}</div>
    }
    .into_any()
}

#[component]
fn Blocks(language: Language) -> impl IntoView {
    let code = "redis-cli -h r-bp1ordersdev0001.redis.rds.aliyuncs.com PING";
    view! {
        <h3>{language.design_blocks()}</h3>
        <Card title=language.basic_information() note=language.design_note()>
            <FactList>
                <Fact name=language.instance_id()><code>"r-bp1ordersdev0001"</code></Fact>
                <Fact name=language.region()>"cn-hangzhou"</Fact>
            </FactList>
        </Card>
        <div class="card"><Empty title=language.nothing_matches() text=language.nothing_matches_text()/></div>
        <div class="error-panel">
            <Icon name=IconName::Block/>
            <div><p class="error-title">{language.design_error()}</p><p>{language.design_error_text()}</p></div>
        </div>
        <p class="hint">{language.released_text()}</p>
        <details class="snippet" open>
            <summary>"redis-cli"</summary>
            <div class="code"><pre tabindex="0"><code>{code}</code></pre><CopyButton language text=code/></div>
        </details>
        <ol class="timeline">
            <li><span>{language.tour_door()}</span></li>
            <li data-tone="safe"><span>{language.tour_shut()}</span></li>
        </ol>
    }
    .into_any()
}

#[component]
fn Drawn(language: Language) -> impl IntoView {
    let bars: Vec<Bar> =
        [("open", 5, "5", "10 %"), ("closed", 40, "40", "80 %"), ("unknown", 5, "5", "10 %")]
            .map(|(tone, count, number, share)| Bar {
                text: number.to_owned(),
                href: None,
                count,
                number: number.to_owned(),
                share: share.to_owned(),
                tone,
            })
            .into();
    view! {
        <h3>{language.design_drawn()}</h3>
        <StackedBar bars=bars.clone()/>
        <BarTable caption=language.design_drawn() value=language.design_step() count=language.instances() share=language.design_size() bars/>
        <div class="coverage">
            <progress max="10" value="7" aria-label=language.coverage()></progress>
            <b class="num">{language.n_of_m_read(7, 10)}</b>
        </div>
    }
    .into_any()
}
