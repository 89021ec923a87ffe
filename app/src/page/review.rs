//! A review as a page of its own: what a dialog shows where scripts run.

use domain::id::ReviewId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::NotFoundPage;
use super::load::load;
use crate::api::ssr::Request;
use crate::component::{Frame, ReviewForm, Section};

#[component]
pub fn ReviewPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").and_then(|id| id.parse::<ReviewId>().ok());
    let Some(id) = id else { return view! { <NotFoundPage/> }.into_any() };
    let request = Request::current();
    let title = request.language.review().to_owned();
    // The error of the last try stands in the review, not above it.
    let within = Request { notice: None, ..request.clone() };
    let data = {
        let request = request.clone();
        async move {
            let operator = request.operator("see-review").await?;
            operator.get_review(id).await.map_err(|error| request.respond(error))
        }
    };
    provide_context(within);
    let shown = load(request, data, |request, review| {
        // A review is one wish, however often its form is loaded and sent.
        let key = review.id.to_string();
        view! { <ReviewForm request review key/> }
    });
    view! { <Frame title section=Section::Instances>{shown}</Frame> }.into_any()
}
