//! The cloud accounts of the configuration, each with its client.

use std::collections::BTreeMap;
use std::sync::Arc;

use aliyun::Client;
use domain::call::SignatureScheme;
use domain::id::{AccountName, RegionId};

use crate::quota::Budgets;

/// The smallest RAM policy that lets the portal do all it can, as JSON: for people to copy.
pub fn smallest_ram_policy() -> String {
    aliyun::ram_policy::smallest(&aliyun::ram_policy::Wanted::default())
}

/// What the configuration says of an account, beyond how to sign for it.
#[derive(Debug)]
pub struct AccountOptions {
    pub name: AccountName,
    /// For people; the name where there is none.
    pub label: Option<String>,
    /// `None`: all that the cloud names.
    pub regions: Option<Vec<RegionId>>,
    pub signature: SignatureScheme,
    pub client: Client,
}

#[derive(Debug)]
pub struct Account {
    pub name: AccountName,
    pub label: String,
    pub regions: Option<Vec<RegionId>>,
    pub signature: SignatureScheme,
    pub(crate) client: Client,
    /// The same, without retries of its own: the reader paces itself.
    pub(crate) reading_client: Client,
    pub(crate) budgets: Budgets,
}

/// All accounts, by name.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    by_name: Arc<BTreeMap<AccountName, Arc<Account>>>,
}

impl Accounts {
    pub fn new(accounts: impl IntoIterator<Item = AccountOptions>) -> Self {
        let by_name = accounts.into_iter().map(|options| {
            let label = options.label.unwrap_or_else(|| options.name.to_string());
            let AccountOptions { name, regions, signature, client, .. } = options;
            let account = Account {
                name: name.clone(),
                label,
                regions,
                signature,
                reading_client: client.without_retries(),
                client,
                budgets: Budgets::default(),
            };
            (name, Arc::new(account))
        });
        Self { by_name: Arc::new(by_name.collect()) }
    }

    pub fn find(&self, name: &AccountName) -> Option<&Arc<Account>> {
        self.by_name.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.by_name.values()
    }

    pub fn names(&self) -> Vec<AccountName> {
        self.by_name.keys().cloned().collect()
    }

    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}
