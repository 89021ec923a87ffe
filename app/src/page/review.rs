//! A review as a page of its own: what a dialog shows where scripts run.

use domain::change::Change;
use domain::id::ReviewId;
use domain::policy::{Demand, Policy};
use domain::review::Review;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::NotFoundPage;
use super::load::load;
use crate::api::ssr::Request;
use crate::component::{DecidingForm, Frame, ReviewForm, Section};

enum Shown {
    Own {
        review: Box<Review>,
        policy: Policy,
        demand: Demand,
    },
    /// `first`: what the other person was shown.
    Others {
        review: Box<Review>,
        change: Box<Change>,
        first: Option<Box<Review>>,
        policy: Policy,
    },
}

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
            let respond = |error| request.respond(error);
            let review = operator.get_review(id).await.map_err(respond)?;
            if review.decides.is_none() {
                let (in_force, demand) = operator.demand(&review).await.map_err(respond)?;
                let review = Box::new(review);
                return Ok(Shown::Own { review, policy: in_force.policy, demand });
            }
            let approver = request.approver("see-review").await?;
            let (review, change, first) = approver.get_review(id).await.map_err(respond)?;
            let policy = request.portal.policy().await.map_err(respond)?.policy;
            let (review, change) = (Box::new(review), Box::new(change));
            Ok(Shown::Others { review, change, first: first.map(Box::new), policy })
        }
    };
    provide_context(within);
    let shown = load(request, data, |request, shown| {
        match shown {
        Shown::Own { review, policy, demand } => {
            // A review is one wish, however often its form is loaded and sent.
            let key = review.id.to_string();
            view! { <ReviewForm request review=*review key policy demand/> }.into_any()
        }
        Shown::Others { review, change, first, policy } => {
            view! { <DecidingForm request review=*review change=*change first=first.map(|first| *first) policy/> }.into_any()
        }
    }
    });
    view! { <Frame title section=Section::Instances>{shown}</Frame> }.into_any()
}
