//! What a call brings, and the ways in which a 200 can still bring nothing.

use domain::id::RequestId;

use crate::error::Detail;

/// A value, and the request id to quote when somebody asks where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// What was asked for.
    pub value: T,
    /// `None` where the cloud left it out or wrote something that is no request id.
    pub request_id: Option<RequestId>,
}

impl<T> Answer<T> {
    /// The same answer with another view of the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: f(self.value), request_id: self.request_id }
    }
}

/// Why the body of a 200 could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misread {
    /// An empty answer, which is how some actions say that there is no such instance.
    NotFound,
    Because(Detail),
}

impl Misread {
    pub(crate) const SHAPE: Self = Self::Because(Detail::NotUnderstood);
}
