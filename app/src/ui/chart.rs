//! Small charts, drawn by the server. The numbers stand beside the drawing, as a table: nothing is in the picture alone.

use leptos::prelude::*;

/// A row of a chart.
#[derive(Debug, Clone)]
pub struct Bar {
    pub text: String,
    /// Where its instances are listed.
    pub href: Option<String>,
    pub count: i64,
    /// The count as it reads.
    pub number: String,
    pub share: String,
    /// A colour of `style/ui/chart.css`.
    pub tone: &'static str,
}

/// One line that is the whole, in parts.
#[component]
pub fn StackedBar(bars: Vec<Bar>) -> impl IntoView {
    let total: i64 = bars.iter().map(|bar| bar.count).sum();
    let mut at = 0;
    let parts = bars.into_iter().filter(|bar| bar.count > 0).map(|bar| {
        let (start, width) = (per_mille(at, total), per_mille(bar.count, total));
        at += bar.count;
        view! { <rect x=start y="0" width=width height="10" data-tone=bar.tone/> }
    });
    view! {
        <svg class="stacked" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            {parts.collect_view()}
        </svg>
    }
    .into_any()
}

/// A table whose rows have bars, each against the largest.
#[component]
pub fn BarTable(
    caption: &'static str,
    value: &'static str,
    count: &'static str,
    share: &'static str,
    bars: Vec<Bar>,
) -> impl IntoView {
    let largest = bars.iter().map(|bar| bar.count).max().unwrap_or(0);
    let rows = bars.into_iter().map(|bar| {
        let width = per_mille(bar.count, largest);
        let text = match bar.href {
            Some(href) => view! { <a href=href><bdi>{bar.text}</bdi></a> }.into_any(),
            None => view! { <bdi>{bar.text}</bdi> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{text}</th>
                <td class="drawn">
                    <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                        <rect x="0" y="0" width=width height="10" data-tone=bar.tone/>
                    </svg>
                </td>
                <td class="num">{bar.number}</td>
                <td class="num muted">{bar.share}</td>
            </tr>
        }
    });
    view! {
        <table class="bars">
            <caption class="visually-hidden">{caption}</caption>
            <thead class="visually-hidden">
                <tr>
                    <th scope="col">{value}</th>
                    <td></td>
                    <th scope="col">{count}</th>
                    <th scope="col">{share}</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// What there is can be seen: never less than a hair.
fn per_mille(part: i64, whole: i64) -> String {
    if whole <= 0 || part <= 0 {
        return "0".to_owned();
    }
    (part.saturating_mul(1000) / whole).max(4).to_string()
}
