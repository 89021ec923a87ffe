//! Ids, names and words of forms and addresses: what is read is written as it was read.
#![no_main]

use domain::id::{
    AccountName, CloudCode, InstanceId, InstanceKey, RegionId, RequestId, ReviewId, UserName,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    same::<AccountName>(text);
    same::<CloudCode>(text);
    same::<InstanceId>(text);
    same::<InstanceKey>(text);
    same::<RegionId>(text);
    same::<RequestId>(text);
    same::<UserName>(text);
    if let Ok(id) = text.parse::<ReviewId>() {
        assert_eq!(id.to_string().parse::<ReviewId>().ok(), Some(id));
    }
});

fn same<T: std::str::FromStr + ToString>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string(), text);
    }
}
