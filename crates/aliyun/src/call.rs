//! A call before it is signed: which action of which service, and its parameters.

use domain::id::{InstanceId, RegionId};

/// The version of the API is part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    RKvstore,
    Sts,
}

impl Service {
    pub(crate) const fn version(self) -> &'static str {
        match self {
            Self::RKvstore => "2015-01-01",
            Self::Sts => "2015-04-01",
        }
    }
}

/// Not `Debug`: parameters can hold a token.
#[derive(Clone)]
pub(crate) struct Call {
    pub service: Service,
    pub action: &'static str,
    /// Nobody signs it: what proves who asks is among the parameters.
    pub unsigned: bool,
    /// `None`: not about a region.
    pub region: Option<RegionId>,
    pub params: Vec<(&'static str, String)>,
}

impl Call {
    /// Every call about a region says which: with an endpoint of one's own, several regions share a host. Actions
    /// that do not know `RegionId` leave it alone (the official Terraform provider sends it always).
    pub(crate) fn in_region(action: &'static str, region: &RegionId) -> Self {
        let call = Self::anywhere(Service::RKvstore, action).with("RegionId", region.as_str());
        Self { region: Some(region.clone()), ..call }
    }

    pub(crate) fn of_instance(action: &'static str, region: &RegionId, id: &InstanceId) -> Self {
        Self::in_region(action, region).with("InstanceId", id.as_str())
    }

    pub(crate) fn anywhere(service: Service, action: &'static str) -> Self {
        Self { service, action, unsigned: false, region: None, params: Vec::new() }
    }

    pub(crate) fn unsigned(self) -> Self {
        Self { unsigned: true, ..self }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.params.push((name, value.into()));
        self
    }
}
