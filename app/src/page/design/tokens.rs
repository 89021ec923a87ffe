//! Colours with what they stand on and how much they differ; steps of each scale.

use leptos::prelude::*;

use crate::design::{self, Theme};
use crate::text::Language;

const SCALES: [&str; 5] = ["step-", "space-", "radius", "motion", "layer-"];

#[component]
pub fn Colours(language: Language, theme: Theme) -> impl IntoView {
    let rows = design::PAIRS.iter().map(move |pair| {
        let (over, under, least) = *pair;
        let found = design::contrast_of(*pair, theme).unwrap_or_default();
        view! {
            <tr>
                <td><Swatch over under/></td>
                <th scope="row"><code>{over}</code></th>
                <td><code>{under}</code></td>
                <td class="num">{format!("{found:.1}")}</td>
                <td class="num muted">{format!("{least:.1}")}</td>
            </tr>
        }
    });
    view! {
        <h3>{language.design_colours()}</h3>
        <div class="design-table">
            <table>
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{language.design_colour()}</th>
                        <th scope="col">{language.design_on()}</th>
                        <th scope="col">{language.design_contrast()}</th>
                        <th scope="col">{language.design_least()}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Swatch(over: &'static str, under: &'static str) -> impl IntoView {
    let of = |name: &str| format!("var(--{name})");
    view! {
        <svg class="swatch" viewBox="0 0 40 20" aria-hidden="true">
            <rect width="40" height="20" fill=of(under)></rect>
            <circle cx="20" cy="10" r="6" fill=of(over)></circle>
        </svg>
    }
}

#[component]
pub fn Scales(language: Language) -> impl IntoView {
    let rows = SCALES.into_iter().flat_map(design::scale).map(move |(name, size)| {
        view! {
            <tr>
                <th scope="row"><code>{name}</code></th>
                <td class="num">{size}</td>
                <td><span class=format!("sample {name}")>{language.design_sample()}</span></td>
            </tr>
        }
    });
    view! {
        <h3>{language.design_scales()}</h3>
        <div class="design-table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{language.design_step()}</th>
                        <th scope="col">{language.design_size()}</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
