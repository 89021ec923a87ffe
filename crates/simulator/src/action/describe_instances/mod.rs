//! `DescribeInstances`: the instances of an account in one region, a page at a time. `VpcAuthMode`
//! is not among the fields.

mod filter;
mod list_row;

use super::row::Row;
use super::{Action, Call, Product, Run};
use crate::refusal::Refusal;
use crate::transport::envelope::Text;
use crate::world::Instance;
use filter::Filter;
use list_row::{ListRow, list_row};
use serde::Serialize;

pub(super) const ACTION: Action = Action {
    name: "DescribeInstances",
    product: Product::RKvstore,
    instance: None,
    regional: true,
    run: Run::Read(run),
};

const DEFAULT_PAGE_SIZE: usize = 30;
const LARGEST_PAGE_SIZE: usize = 50;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    page_number: usize,
    page_size: usize,
    total_count: usize,
    instances: Instances<'a>,
}

#[derive(Serialize)]
struct Instances<'a> {
    #[serde(rename = "KVStoreInstance")]
    instances: Vec<Row<ListRow<'a>>>,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let page_number = number(call, "PageNumber", 1, usize::MAX)?;
    let page_size = number(call, "PageSize", DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE)?;
    let filter = Filter::read(call)?;
    let skip = (page_number - 1).saturating_mul(page_size);

    let here = call.world.at(call.caller.account, call.region);
    let (total_count, page): (usize, Vec<&Instance>) = if filter.is_empty() {
        (
            call.world.count_at(call.caller.account, call.region),
            here.skip(skip).take(page_size).collect(),
        )
    } else {
        let found: Vec<&Instance> = here.filter(|instance| filter.admits(call, instance)).collect();
        (found.len(), found.into_iter().skip(skip).take(page_size).collect())
    };
    let instances =
        page.into_iter().map(|instance| list_row(call, instance)).collect::<Result<_, _>>()?;
    let instances = Instances { instances };
    call.answer(&Answer {
        request_id: call.request_id,
        page_number,
        page_size,
        total_count,
        instances,
    })
}

fn number(call: &Call<'_>, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
    let Some(text) = call.parameters.get(name) else { return Ok(default) };
    match text.parse::<usize>() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => {
            Err(Refusal { message: Refusal::invalid_value(name).message, ..Refusal::invalid(name) })
        }
    }
}
