//! A column: what it is called, what it is sorted by, and what it says of an instance.

use domain::inventory::{InstanceListing, InstanceSort};
use domain::time::Timestamp;
use leptos::prelude::*;

use crate::asked::Column;
use crate::component::{
    AccessBadge, Ends, EnvironmentBadge, ExposureBadge, LateEffect, WhitelistWord,
};
use crate::text::Language;
use crate::ui::Moment;

impl Column {
    pub(super) const fn title(self, language: Language) -> &'static str {
        match self {
            Self::Place => language.account_region(),
            Self::Engine => language.engine_network(),
            Self::Environment => language.environment_label(),
            Self::Status => language.status(),
            Self::Access => language.access_column(),
            Self::Exposure => language.exposure(),
            Self::Whitelist => language.whitelist(),
            Self::Read => language.read_column(),
        }
    }

    pub(super) const fn sort(self) -> Option<InstanceSort> {
        match self {
            Self::Place => Some(InstanceSort::Place),
            Self::Exposure => Some(InstanceSort::Exposure),
            Self::Read => Some(InstanceSort::Age),
            Self::Engine | Self::Environment | Self::Status | Self::Access | Self::Whitelist => {
                None
            }
        }
    }

    /// Not on a phone, where a row is a card.
    pub(super) const fn is_wide(self) -> bool {
        !matches!(self, Self::Place | Self::Access | Self::Exposure)
    }

    pub(super) fn cell(self, language: Language, row: &InstanceListing, now: Timestamp) -> AnyView {
        match self {
            Self::Place => view! {
                <td class="place">{row.key.account.to_string()}<span class="muted under">{row.key.region.to_string()}</span></td>
            }
            .into_any(),
            Self::Engine => engine(language, row),
            Self::Environment => view! {
                <td class="wide"><EnvironmentBadge language environment=row.environment/></td>
            }
            .into_any(),
            Self::Status => view! { <td class="wide">{language.instance_status(&row.status)}</td> }.into_any(),
            Self::Access => view! {
                <td>
                    <AccessBadge language state=row.access/>
                    {row.ends_at.map(|due_at| view! { <Ends language due_at now/> })}
                    {row.late_until.filter(|until| *until > now).map(|until| view! { <LateEffect language until/> })}
                </td>
            }
            .into_any(),
            Self::Exposure => exposure(language, row),
            Self::Whitelist => view! { <td class="wide"><WhitelistWord language finding=row.whitelist/></td> }.into_any(),
            Self::Read => read(language, row, now),
        }
    }
}

fn engine(language: Language, row: &InstanceListing) -> AnyView {
    let engine = format!("{} {}", language.engine_name(&row.kind), row.version);
    let shape = format!(
        "{}, {}",
        language.architecture(&row.architecture),
        language.network_type(&row.network)
    );
    view! { <td class="wide">{engine}<span class="muted under">{shape}</span></td> }.into_any()
}

fn read(language: Language, row: &InstanceListing, now: Timestamp) -> AnyView {
    let problem = row.problem.as_ref().map(|why| language.unread(why));
    view! {
        <td class="wide num muted read">
            {match row.read_at {
                Some(at) => view! { <Moment language at text=language.ago(at, now)/> }.into_any(),
                None => language.never_read().into_any(),
            }}
            {problem.map(|problem| view! { <span class="state under" data-tone="open">{problem}</span> })}
        </td>
    }
    .into_any()
}

/// The sentence stands where there is something to say: nearly all instances ask a password of everybody.
fn exposure(language: Language, row: &InstanceListing) -> AnyView {
    let sentence = (row.exposure.rank() > 0)
        .then(|| language.exposure_sentence(&row.exposure))
        .map(|sentence| view! { <span class="muted under sentence">{sentence}</span> });
    view! {
        <td class="exposure"><ExposureBadge language exposure=row.exposure.clone()/>{sentence}</td>
    }
    .into_any()
}
