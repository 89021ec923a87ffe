//! Who could get in: the level at a glance, and what it rests on.

use domain::exposure::{Exposure, ExposureLevel};
use leptos::prelude::*;

use crate::text::Language;
use crate::ui::{Badge, Card, Tone};

const fn tone(level: ExposureLevel) -> Tone {
    match level {
        ExposureLevel::None | ExposureLevel::Low => Tone::Neutral,
        ExposureLevel::Medium | ExposureLevel::High => Tone::Open,
        ExposureLevel::Critical => Tone::Danger,
    }
}

#[component]
pub fn ExposureBadge(language: Language, exposure: Exposure) -> impl IntoView {
    let Some(level) = exposure.level else {
        return view! { <span class="state" data-tone="unknown">{language.exposure_unknown()}</span> }
            .into_any();
    };
    let worse = exposure.could_be.is_some().then(|| language.exposure_uncertain());
    view! {
        <Badge tone=tone(level)>{language.exposure_level(level)}</Badge>
        {worse.map(|worse| view! { " " <span class="muted">{worse}</span> })}
    }
    .into_any()
}

/// The judgement with its grounds, fact by fact.
#[component]
pub fn ExposureCard(language: Language, exposure: Exposure) -> impl IntoView {
    let sentence = language.exposure_sentence(&exposure);
    let grounds = exposure.grounds.iter().map(|ground| {
        let (name, text) = language.ground(ground);
        view! {
            <dt>{name}</dt>
            <dd><bdi>{text}</bdi></dd>
        }
    });
    let grounds = grounds.collect_view();
    let badge = view! { <ExposureBadge language exposure/> }.into_any();
    view! {
        <Card title=language.exposure_title() aside=badge>
            <p>{sentence}</p>
            <details class="grounds" open=true>
                <summary class="muted">{language.grounds()}</summary>
                <dl class="facts">{grounds}</dl>
            </details>
        </Card>
    }
    .into_any()
}
