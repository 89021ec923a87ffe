//! A page of the list: filtered, searched, sorted, and as fast with 100,000 instances as with a hundred.
//!
//! Without text a page is a short walk along an index: that of the order, or that of the most selective filter, whose
//! rows come by name. Which one is the shorter walk is known from the counts. With text, a rare piece is looked up in
//! the index of text and its few rows are sorted; a frequent one is met soon on any walk.

use domain::exposure::Exposure;
use domain::id::InstanceKey;
use domain::inventory::{InstanceFilter, InstanceListing, InstanceSort, ListCursor, MatchCount};
use domain::person::Scope;
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::query::{COUNTED, Query, bound, fields};
use super::stored_text;
use crate::database::on;
use crate::{Error, Store, json};

/// Which page, in which order.
#[derive(Debug, Clone)]
pub struct PageOf<'a> {
    pub filter: &'a InstanceFilter,
    pub sort: InstanceSort,
    pub after: Option<&'a ListCursor>,
    pub limit: i64,
}

#[derive(FromRow)]
struct Row {
    account: String,
    region: String,
    id: String,
    body: String,
    environment: String,
    access: String,
    whitelist: String,
    exposure: String,
    released_at: Option<i64>,
    read_at: Option<i64>,
    problem: Option<String>,
    open_change: Option<String>,
    ends_at: Option<i64>,
    late_until: Option<i64>,
}

impl Store {
    pub async fn list_instances(
        &self,
        scope: &Scope,
        page: PageOf<'_>,
    ) -> Result<Vec<InstanceListing>, Error> {
        let mut query = Query::default();
        query.add_scope(scope);
        query.add_fields(page.filter);
        let rare = self.add_text(&mut query, &page.filter.text, true).await?;
        let few = rare || !page.filter.keys.is_empty();
        let walk = if few { None } else { self.shortest_walk(scope, &page).await? };
        if let Some(after) = page.after {
            after_cursor(&mut query, page.sort, after);
        }
        let limit = query.number(page.limit);
        let from = self.walking(walk);
        let from = match page.sort {
            InstanceSort::Age => {
                // Whoever comes first is walked along, which SQLite would else choose by guessing.
                query.conditions.push("r.number = i.number AND r.kind = 'attribute'".to_owned());
                let few = few || walk.is_some();
                let (first, second) =
                    if few { (&*from, "readings r") } else { ("readings r", &*from) };
                format!("{first} CROSS JOIN {second}")
            }
            InstanceSort::Name | InstanceSort::Exposure | InstanceSort::Place => from,
        };
        // Which rows, and only then what stands in them: where rows must be sorted, narrow ones are.
        let sql = format!(
            "SELECT i.account, i.region, i.id, i.body, i.environment, i.access, i.whitelist, i.exposure,
                    i.released_at, r.read_at, r.problem, ch.id AS open_change, ret.due_at AS ends_at,
                    g.late_until
             FROM (SELECT i.number AS chosen FROM {from} WHERE {conditions} ORDER BY {order} LIMIT {limit})
                  AS page
             CROSS JOIN instances i
             LEFT JOIN readings r ON r.number = i.number AND r.kind = 'attribute'
             LEFT JOIN changes ch ON ch.account = i.account AND ch.region = i.region AND ch.instance = i.id
                   AND ch.open
             LEFT JOIN returns ret ON ret.account = i.account AND ret.region = i.region AND ret.instance = i.id
                   AND ret.open
             LEFT JOIN change_guards g ON g.account = i.account AND g.region = i.region AND g.instance = i.id
                   AND g.late_until IS NOT NULL
             WHERE i.number = page.chosen ORDER BY {order}",
            conditions = query.where_clause(),
            order = order(page.sort),
        );
        let mut db = self.read().await?;
        let rows: Vec<Row> = on!(db, |c| bound!(sqlx::query_as(AssertSqlSafe(sql)), query.values)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// How many instances match, text included: exact up to a thousand.
    pub async fn count_matches(
        &self,
        scope: &Scope,
        filter: &InstanceFilter,
    ) -> Result<MatchCount, Error> {
        if filter.text.trim().is_empty() && filter.keys.is_empty() {
            return Ok(MatchCount::Exactly(self.count_instances(scope, filter).await?.total));
        }
        let mut query = Query::default();
        query.add_scope(scope);
        query.add_fields(filter);
        // A thousand are not met as soon as a page is, unless something else narrows the walk.
        let narrowed = !scope.is_everything() || filter.without_text() != InstanceFilter::default();
        self.add_text(&mut query, &filter.text, narrowed).await?;
        let most = query.number(COUNTED + 1);
        let conditions = query.where_clause();
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM instances i WHERE {conditions} LIMIT {most}) AS found"
        );
        let mut db = self.read().await?;
        let count: i64 = on!(db, |c| bound!(sqlx::query_scalar(AssertSqlSafe(sql)), query.values)
            .fetch_one(c)
            .await)?;
        Ok(if count > COUNTED { MatchCount::MoreThan(COUNTED) } else { MatchCount::Exactly(count) })
    }

    /// The index to walk along. `None`: the database may choose.
    async fn shortest_walk(
        &self,
        scope: &Scope,
        page: &PageOf<'_>,
    ) -> Result<Option<&'static str>, Error> {
        let along_order = match page.sort {
            InstanceSort::Name => Some("instances_by_name"),
            InstanceSort::Exposure => Some("instances_by_exposure"),
            InstanceSort::Place => Some("instances_by_place"),
            // The order is that of the readings.
            InstanceSort::Age => None,
        };
        if !scope.is_everything() {
            let all = self.count_instances(scope, &InstanceFilter::default()).await?.total;
            if all <= SORTED {
                // What is in the scope is looked up, and sorted.
                return Ok(None);
            }
        }
        let fields = fields(page.filter);
        if fields.is_empty() {
            return Ok(along_order);
        }
        let mut shortest: Option<(i64, &'static str)> = None;
        for (column, value) in &fields {
            let alone = only(column, value, page.filter);
            // As long as the walk is, whoever walks.
            let count = self.count_instances(&Scope::Everything, &alone).await?.total;
            if shortest.is_none_or(|(fewest, _)| count < fewest) {
                shortest = Some((count, index_of(column)));
            }
        }
        let matching = self.count_instances(scope, &page.filter.without_text()).await?.total;
        // In the order of names the filter's own index needs no sorting; else few rows are sorted quickly.
        let by_filter = page.sort == InstanceSort::Name || matching <= SORTED;
        Ok(if by_filter { shortest.map(|(_, index)| index) } else { along_order })
    }

    fn walking(&self, index: Option<&'static str>) -> String {
        match index {
            // PostgreSQL chooses by its own statistics.
            Some(index) if self.is_sqlite() => format!("instances i INDEXED BY {index}"),
            _ => "instances i".to_owned(),
        }
    }
}

/// So many rows are sorted in a few milliseconds.
const SORTED: i64 = 3000;

/// The filter with only this field.
fn only(column: &str, _value: &str, filter: &InstanceFilter) -> InstanceFilter {
    let none = InstanceFilter::default();
    match column {
        "account" => InstanceFilter { account: filter.account.clone(), ..none },
        "region" => InstanceFilter { region: filter.region.clone(), ..none },
        "environment" => InstanceFilter { environment: filter.environment, ..none },
        "version" => InstanceFilter { version: filter.version.clone(), ..none },
        "access" => InstanceFilter { access: filter.access, ..none },
        "whitelist" => InstanceFilter { whitelist: filter.whitelist, ..none },
        _ => InstanceFilter { exposure: filter.exposure, ..none },
    }
}

fn index_of(column: &str) -> &'static str {
    match column {
        "account" => "instances_of_account",
        "region" => "instances_of_region",
        "environment" => "instances_of_environment",
        "version" => "instances_of_version",
        "access" => "instances_of_access",
        "whitelist" => "instances_of_whitelist",
        _ => "instances_of_exposure",
    }
}

const fn order(sort: InstanceSort) -> &'static str {
    match sort {
        InstanceSort::Name => "i.name_folded, i.number",
        InstanceSort::Exposure => "i.exposure_rank DESC, i.name_folded, i.number",
        InstanceSort::Age => "r.read_at NULLS FIRST, i.number",
        InstanceSort::Place => "i.account, i.region, i.name_folded, i.number",
    }
}

/// Only what comes after the cursor's row, as it was when the page before was made.
fn after_cursor(query: &mut Query, sort: InstanceSort, after: &ListCursor) {
    let (account, region, id) = (
        query.text(after.key.account.as_str()),
        query.text(after.key.region.as_str()),
        query.text(after.key.id.as_str()),
    );
    let anchor = |column: &str| {
        format!(
            "(SELECT {column} FROM instances WHERE account = {account} AND region = {region} AND id = {id})"
        )
    };
    let (number, name) = (anchor("number"), anchor("name_folded"));
    let condition = match sort {
        InstanceSort::Name => {
            let value = query.text(&after.value);
            format!("(i.name_folded, i.number) > ({value}, {number})")
        }
        InstanceSort::Exposure => {
            let rank = query.number(after.value.parse().unwrap_or(0));
            format!(
                "i.exposure_rank <= {rank} AND (i.exposure_rank < {rank} OR (i.name_folded, i.number) > ({name}, {number}))"
            )
        }
        InstanceSort::Age => match after.value.parse::<i64>() {
            Ok(read_at) => {
                let read_at = query.number(read_at);
                format!(
                    "(r.read_at > {read_at} OR (r.read_at = {read_at} AND i.number > {number}))"
                )
            }
            Err(_) => format!("(r.read_at IS NOT NULL OR i.number > {number})"),
        },
        InstanceSort::Place => {
            let value = query.text(&after.value);
            format!(
                "(i.account, i.region, i.name_folded, i.number) > ({account}, {region}, {value}, {number})"
            )
        }
    };
    query.conditions.push(condition);
}

/// Where a list goes on after this row.
pub fn cursor_after(sort: InstanceSort, row: &InstanceListing) -> ListCursor {
    let value = match sort {
        InstanceSort::Name | InstanceSort::Place => stored_text(&row.name.as_str().to_lowercase()),
        InstanceSort::Exposure => row.exposure.rank().to_string(),
        InstanceSort::Age => row.read_at.map(|at| at.as_millis().to_string()).unwrap_or_default(),
    };
    ListCursor { value, key: row.key.clone() }
}

impl TryFrom<Row> for InstanceListing {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let body: domain::cloud::InstanceRow = json::read("instance", &row.body)?;
        let exposure: Exposure = json::read("exposure", &row.exposure)?;
        Ok(Self {
            key: InstanceKey {
                account: json::word("account name", &row.account)?,
                region: json::word("region id", &row.region)?,
                id: json::word("instance id", &row.id)?,
            },
            name: body.name,
            environment: json::word("environment", &row.environment)?,
            tags: body.tags,
            kind: body.kind,
            version: body.version,
            architecture: body.architecture,
            network: body.network,
            status: body.status,
            access: json::word("access state", &row.access)?,
            whitelist: json::word("whitelist finding", &row.whitelist)?,
            exposure,
            read_at: row.read_at.map(Timestamp::from_millis),
            problem: json::read_opt("problem", row.problem.as_deref())?,
            open_change: json::word_opt("change id", row.open_change.as_deref())?,
            ends_at: row.ends_at.map(Timestamp::from_millis),
            late_until: row.late_until.map(Timestamp::from_millis),
            released_at: row.released_at.map(Timestamp::from_millis),
        })
    }
}
