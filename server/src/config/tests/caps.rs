//! For how long a door may stand open: where it is said, and what it may be.

use std::time::Duration;

use super::*;

#[test]
fn each_cap_has_a_default_a_variable_and_bounds() {
    let hours = |hours| Some(Duration::from_hours(hours));
    let caps = parsed("", &[]).unwrap().caps;
    assert_eq!((caps.production, caps.staging, caps.development), (hours(4), hours(24), None));
    let text = "open_at_most_production = \"1h\"\nopen_at_most_staging = \"unlimited\"\n\
                open_at_most_development = \"7d\"";
    let caps = parsed(text, &[]).unwrap().caps;
    assert_eq!((caps.production, caps.staging, caps.development), (hours(1), None, hours(168)));
    let said = [("LATCHKEY_OPEN_AT_MOST_PRODUCTION", "2h")];
    assert_eq!(parsed(text, &said).unwrap().caps.production, hours(2));
    for wrong in ["0s", "59s", "31d", "", "soon", "Unlimited", "-1h"] {
        let told = format!("`{wrong}` is not a time from \"1m\" to \"30d\", or \"unlimited\"");
        refuses(&format!("\nopen_at_most_staging = \"{wrong}\""), &[&told]);
    }
}
