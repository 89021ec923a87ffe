//! `latchkey instances …`, and which instance somebody means.

use std::collections::BTreeMap;

use domain::id::InstanceKey;
use serde_json::json;

use super::exit::Exit;
use super::portal::{Ask, Portal, Trouble};
use super::show;
use crate::cli::{ListInstances, Output};
use crate::shape::instance::{Coverage, Instance, InstanceList};

/// Of a page; the most that there may be.
const PAGE: &str = "500";

pub async fn list(asked: &ListInstances) -> Result<Exit, Trouble> {
    let portal = Portal::reach(&asked.reach)?;
    let filter = || {
        [
            ("q", asked.query.clone()),
            ("access", asked.access.map(|word| word.to_string())),
            ("exposure", asked.exposure.map(|word| word.to_string())),
            ("environment", asked.environment.map(|word| word.to_string())),
            ("account", asked.account.as_ref().map(ToString::to_string)),
            ("region", asked.region.as_ref().map(ToString::to_string)),
            ("sort", asked.sort.map(|word| word.to_string())),
            ("limit", Some(PAGE.to_owned())),
        ]
    };
    let (mut instances, mut after) = (Vec::new(), None);
    let coverage = loop {
        let ask = Ask::get("/instances").query(filter()).query([("after", after)]);
        let page: InstanceList = portal.ask(&ask).await?;
        instances.extend(page.instances);
        match page.next {
            Some(next) => after = Some(next),
            None => break page.coverage,
        }
    };
    match asked.reach.output {
        Output::Json => show::json(&json!({ "instances": instances, "coverage": coverage })),
        Output::Text => print(&instances, &coverage),
    }
    Ok(Exit::Done)
}

fn print(instances: &[Instance], coverage: &Coverage) {
    let rows: Vec<[String; 6]> = instances
        .iter()
        .map(|row| {
            [
                format!("{}/{}/{}", row.account, row.region, row.id),
                row.access.to_string(),
                row.exposure.level.clone(),
                row.environment.to_string(),
                row.ends_at.map(String::from).unwrap_or_default(),
                row.name.clone(),
            ]
        })
        .collect();
    show::table(["INSTANCE", "ACCESS", "EXPOSURE", "ENVIRONMENT", "ENDS", "NAME"], &rows);
    // A list that leaves something out says so.
    show::remark(&format!("{} of {} instances read", coverage.read, coverage.instances));
    if coverage.regions_not_heard_from > 0 {
        show::remark(&format!("{} regions not heard from yet", coverage.regions_not_heard_from));
    }
    let mut problems: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &coverage.problems {
        let region = problem.region.as_ref().map_or("all regions", domain::id::RegionId::as_str);
        let code = problem.unread.code.as_deref().unwrap_or_default();
        let line = format!("not read: {} {region}: {} {code}", problem.account, problem.unread.why);
        *problems.entry(line.trim_end().to_owned()).or_default() += 1;
    }
    for line in problems.keys() {
        show::remark(line);
    }
}

/// The instance that a text names: by its key, or as the only one with that id or name.
pub async fn named(portal: &Portal, text: &str) -> Result<InstanceKey, Trouble> {
    if text.contains('/') {
        let malformed = |_| Trouble::Usage("an instance is named account/region/id".to_owned());
        return text.parse::<InstanceKey>().map_err(malformed);
    }
    let query = [("q", Some(text.to_owned())), ("limit", Some(PAGE.to_owned()))];
    let page: InstanceList = portal.ask(&Ask::get("/instances").query(query)).await?;
    let found: Vec<InstanceKey> = page
        .instances
        .into_iter()
        .filter(|row| row.id.as_str() == text || row.name == text)
        .map(|row| InstanceKey { account: row.account, region: row.region, id: row.id })
        .collect();
    match &found[..] {
        [one] if page.next.is_none() => Ok(one.clone()),
        [] => Err(Trouble::Usage("no instance in your scope has that id or name".to_owned())),
        _ => {
            let keys: Vec<String> = found.iter().take(10).map(ToString::to_string).collect();
            Err(Trouble::Usage(format!("more than one is meant: {}", keys.join(", "))))
        }
    }
}
