//! The interactive leaves. Each costs about 6 KB in every page's download: count them.

pub mod copy;
pub mod disclosure;
