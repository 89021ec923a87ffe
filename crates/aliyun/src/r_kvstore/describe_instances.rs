//! `DescribeInstances`: the rows of a region, page by page. It never says how an instance is entered.
//!
//! Pages are counted, not pinned: while they are read, instances come and go and rows move between pages. So a listing
//! says how it ended, and only a complete one proves that an instance which is not in it does not exist.

use std::collections::HashSet;

use domain::cloud::InstanceRow;
use domain::id::{InstanceId, RegionId};
use serde::Deserialize;

use super::row::WireRow;
use crate::answer::{Answer, Misread};
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::lenient::{Many, Section, Whole, parse};

/// The most the cloud gives at once.
pub const PAGE_SIZE: u32 = 50;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstancePage {
    /// In the cloud's order, which is not documented.
    pub rows: Vec<InstanceRow>,
    /// `TotalCount`: over all pages. `None`: the cloud did not say.
    pub total: Option<u64>,
    /// Rows that are left out because they have no well-formed id.
    pub unreadable: usize,
}

/// All pages, as far as they could be read.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Each instance once, in the order of its first appearance.
    pub rows: Vec<InstanceRow>,
    /// Rows that are left out because they have no well-formed id.
    pub unreadable: usize,
    /// Whether there may be more.
    pub end: ListingEnd,
}

/// Why a listing ended.
#[derive(Debug, Clone)]
pub enum ListingEnd {
    /// The count did not move and agrees with the rows.
    Complete,
    /// The count moved between pages, was missing, or does not agree with the rows: what is not here may exist.
    Unproven,
    /// There are more pages than were asked for.
    LimitReached,
    /// A page after the first could not be read.
    Interrupted(Error),
}

impl Listing {
    /// Whether an instance that is not in it does not exist.
    pub fn is_complete(&self) -> bool {
        matches!(self.end, ListingEnd::Complete) && self.unreadable == 0
    }
}

impl Client {
    /// One page of up to [`PAGE_SIZE`] rows; `page` counts from 1.
    #[doc(alias = "DescribeInstances")]
    pub async fn describe_instances_page(
        &self,
        region: &RegionId,
        page: u32,
    ) -> Result<Answer<InstancePage>, Error> {
        let call = Call::in_region("DescribeInstances", region)
            .with("PageNumber", page.max(1).to_string())
            .with("PageSize", PAGE_SIZE.to_string());
        self.read(&call, |body| read(body, region)).await
    }

    /// Every page of a region, one after the other, at most `most_pages`. An error on the first page is an error; on
    /// a later one, what was read so far is given with [`ListingEnd::Interrupted`].
    #[doc(alias = "DescribeInstances")]
    pub async fn describe_all_instances(
        &self,
        region: &RegionId,
        most_pages: u32,
    ) -> Result<Listing, Error> {
        let mut pages = Paging::new(most_pages);
        while let Some(number) = pages.next() {
            match self.describe_instances_page(region, number).await {
                Ok(page) => pages.take(page.value),
                Err(error) => return pages.interrupted(error),
            }
        }
        Ok(pages.finish())
    }
}

/// Puts the pages of a list together, for callers that pace the calls themselves.
#[derive(Debug)]
pub struct Paging {
    most_pages: u32,
    taken: u32,
    over: bool,
    seen: HashSet<InstanceId>,
    totals: HashSet<Option<u64>>,
    listing: Listing,
}

impl Paging {
    /// `most_pages` guards against a list without an end.
    pub fn new(most_pages: u32) -> Self {
        Self {
            most_pages: most_pages.max(1),
            taken: 0,
            over: false,
            seen: HashSet::new(),
            totals: HashSet::new(),
            listing: Listing { rows: Vec::new(), unreadable: 0, end: ListingEnd::LimitReached },
        }
    }

    /// The page to ask for. `None`: that was the last one.
    pub fn next(&self) -> Option<u32> {
        (!self.over && self.taken < self.most_pages).then_some(self.taken + 1)
    }

    /// Takes in the page that [`Paging::next`] named.
    pub fn take(&mut self, page: InstancePage) {
        self.taken += 1;
        let on_page = page.rows.len() + page.unreadable;
        self.totals.insert(page.total);
        let listing = &mut self.listing;
        listing.unreadable += page.unreadable;
        let seen = &mut self.seen;
        listing.rows.extend(page.rows.into_iter().filter(|row| seen.insert(row.id.clone())));
        if is_last(self.taken, page.total, on_page) {
            let counted = u64::try_from(listing.rows.len() + listing.unreadable).ok();
            let agreed = self.totals.len() == 1 && counted.is_some() && page.total == counted;
            listing.end = if agreed { ListingEnd::Complete } else { ListingEnd::Unproven };
            self.over = true;
        }
    }

    /// The next page could not be read. What was read so far counts, unless it is nothing.
    pub fn interrupted(mut self, error: Error) -> Result<Listing, Error> {
        if self.taken == 0 {
            return Err(error);
        }
        self.listing.end = ListingEnd::Interrupted(error);
        Ok(self.listing)
    }

    /// What was taken, and whether that is all.
    pub fn finish(self) -> Listing {
        self.listing
    }
}

/// An empty page ends the list whatever the count says, so that a wrong count cannot go on for ever.
fn is_last(number: u32, total: Option<u64>, on_page: usize) -> bool {
    let reached = u64::from(number) * u64::from(PAGE_SIZE);
    on_page == 0 || total.map_or(on_page < PAGE_SIZE as usize, |total| reached >= total)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    total_count: Whole,
    instances: Section<WireInstances>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireInstances {
    #[serde(rename = "KVStoreInstance")]
    rows: Many<WireRow>,
}

pub(super) fn read(body: &[u8], region: &RegionId) -> Result<InstancePage, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let wire = body.instances.present().ok_or(Misread::SHAPE)?.rows.0;
    let on_page = wire.len();
    let rows: Vec<InstanceRow> = wire.into_iter().filter_map(|row| row.into_row(region)).collect();
    Ok(InstancePage {
        unreadable: on_page - rows.len(),
        rows,
        total: body.total_count.0.and_then(|total| total.try_into().ok()),
    })
}
