//! The findings for people: a line a thing, `!` before what somebody has to do something about.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use aliyun::{Action, ClockOffset, CredentialSummary, RegionProbe};
use store::Tables;

use super::examine::{Examination, Found, Policies, Why};
use super::verdict::{Verdict, Verdicts};
use super::{DatabaseFinding, Findings};

pub(super) fn of(findings: &Findings) -> Page {
    let mut page = Page::default();
    page.database(&findings.database);
    if findings.accounts.is_empty() {
        page.problem("");
        page.problem("accounts   none is configured");
    }
    for account in &findings.accounts {
        page.account(account);
    }
    page.policies(&findings.accounts);
    page.line("");
    match findings.problems() {
        0 => page.line("All is fine."),
        _ => page.problem("Something is missing: see the lines that begin with !"),
    }
    page
}

#[derive(Default)]
pub struct Page(String);

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.trim_end())
    }
}

impl Page {
    fn line(&mut self, text: &str) {
        self.marked(' ', text);
    }

    fn problem(&mut self, text: &str) {
        self.marked('!', text);
    }

    fn judged(&mut self, is_fine: bool, text: &str) {
        self.marked(if is_fine { ' ' } else { '!' }, text);
    }

    /// What comes from outside stays on its line.
    fn marked(&mut self, mark: char, text: &str) {
        let text: String = text
            .chars()
            .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
            .collect();
        let line = if text.is_empty() { text } else { format!("{mark} {text}") };
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    fn database(&mut self, database: &DatabaseFinding) {
        self.line(&format!("database   {}", database.label));
        match &database.tables {
            Ok(Tables::UpToDate) => self.line("           reachable, its tables are up to date"),
            Ok(Tables::None) => self.line("           no tables yet: the first start makes them"),
            Ok(Tables::Behind { steps }) => self.line(&format!(
                "           reachable, its tables are {steps} behind: the next start brings them up to date"
            )),
            Err(why) => self.problem(&format!("           {why}")),
        }
    }

    fn account(&mut self, account: &Examination) {
        self.line("");
        let label = account.label.as_ref().map(|label| format!(" ({label})")).unwrap_or_default();
        self.line(&format!("account    {}{label}", account.name));
        match &account.found {
            Ok(found) => {
                self.who(found);
                self.regions(account, found);
                self.calls(account, found);
            }
            Err(why) => self.problem(&format!("  key      {why}")),
        }
    }

    fn who(&mut self, found: &Found) {
        match &found.credential {
            Ok(credential) => self.line(&format!("  key      {}", Key(credential))),
            Err(why) => self.problem(&format!("  key      {why}")),
        }
        match &found.identity {
            Ok(who) => {
                let (id, kind, arn) = (&who.account_id, &who.identity_type, &who.arn);
                self.line(&format!("  identity {id}, {kind}, {arn}"));
            }
            // Of the key it has been said why.
            Err(_) if found.credential.is_err() => {}
            Err(why) => self.problem(&format!("  identity {why}")),
        }
        if let Some(measured) = found.clock.measured_millis {
            let is_fine = !found.clock_is_refused();
            self.judged(is_fine, &format!("  clock    {}", clock(measured, found.clock)));
        }
    }

    fn regions(&mut self, account: &Examination, found: &Found) {
        let Some(reads) = &found.reads else {
            return self.line("  regions  not tried without a key that works");
        };
        let reached = reads.regions.iter().filter(|(_, end)| is_reached(end)).count();
        let whose = if account.chosen { "as configured" } else { "all that the cloud names" };
        self.line(&format!("  regions  {reached} of {} answered ({whose})", reads.regions.len()));
        for (id, end) in &reads.regions {
            let said = match end {
                Ok(RegionProbe { listed: Ok(1), .. }) => "1 instance".to_owned(),
                Ok(RegionProbe { listed: Ok(many), .. }) => format!("{many} instances"),
                Ok(RegionProbe { listed: Err(error), .. }) => error.to_string(),
                Err(why) => why.to_string(),
            };
            self.judged(is_reached(end), &format!("    {:<20} {said}", id.as_str()));
        }
    }

    fn calls(&mut self, account: &Examination, found: &Found) {
        self.line("  calls");
        let identity = if found.identity.is_ok() { "allowed" } else { "failed, see above" };
        self.call(found.identity.is_ok(), Action::GetCallerIdentity.as_str(), identity);
        for verdicts in account.verdicts() {
            self.verdicts(&verdicts);
        }
    }

    fn verdicts(&mut self, verdicts: &Verdicts<'_>) {
        let mut name = verdicts.action.as_str();
        if verdicts.tried.is_empty() {
            let why = if verdicts.action == Action::ModifyInstanceVpcAuthMode {
                "not tried: whether it is allowed shows only when it is done"
            } else {
                "not tried: no region that answered has an instance to try it on"
            };
            return self.call(true, name, why);
        }
        let note =
            if verdicts.is_needed { "" } else { "; not needed, since the regions are configured" };
        let allowed: Vec<_> = verdicts.tried.iter().filter(|(_, end)| end.is_allowed()).collect();
        if let Some((region, _)) = allowed.first() {
            let many = if allowed.len() == 1 { "region" } else { "regions" };
            let place = region.map_or(String::new(), |_| format!(" in {} {many}", allowed.len()));
            self.call(true, name, &format!("allowed{place}{note}"));
            name = "";
        }
        for (region, end) in &verdicts.tried {
            let place = region.map_or(String::new(), |region| format!(" in {region}"));
            let said = match end {
                Verdict::Allowed => continue,
                Verdict::Denied(error) => format!("denied{place}: {error}{note}"),
                Verdict::Failed(error) => format!("failed{place}: {error}{note}"),
                Verdict::NotInTime => format!("failed{place}: not tried in time{note}"),
            };
            self.call(!verdicts.is_needed, name, &said);
            name = "";
        }
    }

    fn call(&mut self, is_fine: bool, name: &str, said: &str) {
        self.judged(is_fine, &format!("    {name:<26} {said}"));
    }

    /// The same policies are printed once.
    fn policies(&mut self, accounts: &[Examination]) {
        let mut wanted: BTreeMap<&str, Vec<&Examination>> = BTreeMap::new();
        for account in accounts {
            wanted.entry(&account.policies.smallest).or_default().push(account);
        }
        for accounts in wanted.values() {
            let Policies { smallest, only_off, .. } = &accounts[0].policies;
            let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
            let names = names.join(", ");
            self.policy(&format!("The smallest RAM policy that does for {names}:"), smallest);
            let only_off_title = "The same, but it may only turn password-free access off (try it before you rely on it):";
            self.policy(only_off_title, only_off);
        }
        for account in accounts {
            for policy in &account.policies.to_assume {
                let title = format!("What the key of {} needs to become its role:", account.name);
                self.policy(&title, policy);
            }
        }
    }

    fn policy(&mut self, title: &str, policy: &str) {
        // As it is to be copied: without marks.
        let _ = write!(self.0, "\n  {title}\n\n{policy}\n");
    }
}

struct Key<'a>(&'a CredentialSummary);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.source)?;
        match (self.0.temporary, self.0.expires_at) {
            (false, _) => f.write_str(", permanent"),
            (true, None) => f.write_str(", temporary"),
            (true, Some(end)) => write!(f, ", temporary until {}", app::text::machine_time(end)),
        }
    }
}

fn is_reached(end: &Result<RegionProbe, Why>) -> bool {
    matches!(end, Ok(RegionProbe { listed: Ok(_), .. }))
}

/// Whole seconds are all that the cloud tells of its clock.
fn clock(measured: i64, offset: ClockOffset) -> String {
    let seconds = measured / 1000;
    let difference = match seconds {
        0 => "the same as the cloud's, to the second".to_owned(),
        ahead if ahead > 0 => format!("{ahead} s behind the cloud's"),
        behind => format!("{} s ahead of the cloud's", behind.unsigned_abs()),
    };
    if offset.applied_millis != 0 {
        format!("{difference}, which refused our time: set this machine's clock right (NTP)")
    } else {
        difference
    }
}
