//! The fleet: every instance of every account and region that was heard of.

#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

mod columns;
mod filters;
mod table;
mod tools;

use domain::inventory::{Coverage, InstanceCounts, InstanceListing, MatchCount};
use domain::person::Role;
use leptos::prelude::*;
use service::viewer::{PageOf, SavedView};

use self::filters::{Chips, Filters};
use self::table::{NothingListed, Table};
use self::tools::{SelectionBar, Tools};
use super::load::load;
use crate::api::error::ApiError;
use crate::api::ssr::Request;
use crate::asked::Asked;
use crate::component::tour::{self, Tour};
use crate::component::{CoverageBar, FirstSteps, Frame, Section, is_first_start};
use crate::island::{Filtering, Selecting};
use crate::path;
use crate::ui::Icon;
use crate::ui::IconName;

const PAGE: usize = 25;
/// What the filter form filters; the islands swap it.
const LIST: &str = "list";

struct Fleet {
    rows: Vec<InstanceListing>,
    more: bool,
    matches: MatchCount,
    counts: InstanceCounts,
    coverage: Coverage,
    views: Vec<SavedView>,
    accounts: usize,
    tour: Option<tour::Done>,
}

#[component]
pub fn InstancesPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let asked = Asked::of_address(&request.address);
    let data = {
        let (request, asked) = (request.clone(), asked.clone());
        async move { Box::pin(gather(&request, &asked)).await }
    };
    let shown = load(request, data, move |request, fleet| view! { <Fleet request asked fleet/> });
    view! {
        <Frame title=language.instances().to_owned() section=Section::Instances>
            {shown}
            <Filtering/>
            <Selecting/>
        </Frame>
    }
    .into_any()
}

async fn gather(request: &Request, asked: &Asked) -> Result<Fleet, ApiError> {
    let viewer = request.viewer()?;
    let filter = &asked.filter;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let page = PageOf { filter, sort: asked.sort, after: asked.after.as_ref(), limit };
    let (rows, matches, counts, coverage, views, tour) = futures_util::try_join!(
        viewer.list_instances(page),
        viewer.count_matches(filter),
        viewer.count_instances(filter),
        viewer.get_coverage(),
        viewer.list_views(),
        tour::look(request),
    )
    .map_err(|error| request.respond(error))?;
    let more = rows.len() > PAGE;
    let rows = rows.into_iter().take(PAGE).collect();
    let accounts = request.portal.accounts().names().len();
    Ok(Fleet { rows, more, matches, counts, coverage, views, accounts, tour })
}

#[component]
fn Fleet(request: Request, asked: Asked, fleet: Fleet) -> impl IntoView {
    let language = request.language;
    let now = request.now;
    let total =
        language.n_instances(fleet.coverage.instances, fleet.accounts, fleet.coverage.places());
    let matches = asked.is_filtered().then(|| language.n_match(fleet.matches));
    let being_read = path::query_value(&request.address, path::BEING_READ)
        .and_then(|count| count.parse::<u32>().ok())
        .map(|count| language.being_read(count));
    let operator = request.role().covers(Role::Operator);
    let kind = (!fleet.rows.is_empty()).then_some("rows");
    view! {
        <div class="title">
            <h1>{language.instances()}</h1>
            <span class="muted num" id="total" data-live="">{total}</span>
        </div>
        <Look request=request.clone() done=fleet.tour/>
        <Filters language asked=asked.clone() counts=fleet.counts.clone()/>
        <div id=LIST class="stack">
            <Chips language asked=asked.clone() counts=fleet.counts.clone()/>
            <div id="coverage" data-live="">
                <CoverageBar language coverage=fleet.coverage.clone() now/>
            </div>
            {being_read.map(|text| view! {
                <p class="hint" data-tone="accent" role="status"><Icon name=IconName::Refresh/> " " {text}</p>
            })}
            <Tools language asked=asked.clone() matches operator views=fleet.views.clone()/>
            <div id="listed" class="stack" data-live="" data-live-kind=kind>
                {if is_first_start(&request, &fleet.coverage) {
                    view! { <FirstSteps request coverage=fleet.coverage/> }.into_any()
                } else if fleet.rows.is_empty() {
                    view! { <NothingListed request asked fleet/> }.into_any()
                } else {
                    view! { <Table request asked fleet/> }.into_any()
                }}
            </div>
        </div>
        <SelectionBar language/>
    }
    .into_any()
}

/// The guided look around the sandbox, for whoever wants it.
#[component]
fn Look(request: Request, done: Option<tour::Done>) -> impl IntoView {
    let done = done.filter(|_| !request.tour_hidden)?;
    Some(view! { <div id="look" data-live=""><Tour request done/></div> })
}
