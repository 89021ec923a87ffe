//! How often the fleet is read: each setting, where it is said, and what it may be.

use super::*;

/// Key, default, least, most, and what is beyond either.
const SETTINGS: [(&str, &str, &str, &str, [&str; 2]); 6] = [
    ("list_every", "1m", "1s", "1d", ["0s", "25h"]),
    ("attributes_every", "5m", "1s", "1d", ["0m", "2d"]),
    ("details_every", "30m", "1s", "7d", ["0d", "8d"]),
    ("calls_at_once", "16", "1", "200", ["0", "201"]),
    ("events_kept", "90d", "1m", "3650d", ["59s", "3651d"]),
    ("events_most", "1000000", "1000", "100000000", ["999", "100000001"]),
];

fn shown(pace: Pace) -> [String; 6] {
    [
        pace.list_every.to_string(),
        pace.attributes_every.to_string(),
        pace.details_every.to_string(),
        pace.calls_at_once.to_string(),
        pace.events_kept.to_string(),
        pace.events_most.to_string(),
    ]
}

#[test]
fn each_has_a_default_a_variable_and_bounds() {
    let defaults = shown(parsed("", &[]).unwrap().pace);
    assert_eq!(defaults, SETTINGS.map(|(_, default, ..)| default.to_owned()));
    for (place, (key, default, least, most, beyond)) in SETTINGS.into_iter().enumerate() {
        let variable = format!("LATCHKEY_{}", key.to_ascii_uppercase());
        for allowed in [least, most] {
            let mut expected = defaults.clone();
            expected[place] = allowed.to_owned();
            let line = format!("{key} = \"{allowed}\"");
            assert_eq!(shown(parsed(&line, &[]).unwrap().pace), expected, "{line}");
            let said = [(variable.as_str(), allowed)];
            let line = format!("{key} = \"{most}\"");
            assert_eq!(shown(parsed(&line, &said).unwrap().pace), expected, "{variable}");
        }
        for wrong in [beyond[0], beyond[1], "", "-1s", "+5m", "soon", "1.5h", "m", "999999999999d"]
        {
            let what = if default.parse::<u32>().is_ok() { "a number" } else { "a time" };
            let told = format!("{key}: `{wrong}` is not {what} from \"{least}\" to \"{most}\"");
            refuses(&format!("\n{key} = \"{wrong}\""), &[&format!("latchkey.toml:2: {told}")]);
        }
        refuses(&format!("{key} = 60"), &["has to be a text in quotes, not a number"]);
    }
}

#[test]
fn the_service_is_told_what_was_said() {
    let text = "list_every = \"7s\"\nattributes_every = \"2m\"\ndetails_every = \"3h\"\n\
                calls_at_once = \"4\"\nevents_kept = \"5d\"\nevents_most = \"6000\"";
    let settings = parsed(text, &[]).unwrap().pace.apply(service::Settings::default());
    let seconds = |duration: std::time::Duration| duration.as_secs();
    assert_eq!(seconds(settings.list_every), 7);
    assert_eq!(seconds(settings.attributes_every), 120);
    assert_eq!(seconds(settings.details_every), 10_800);
    assert_eq!(settings.calls_at_once, 4);
    assert_eq!(seconds(settings.events_kept), 5 * 86_400);
    assert_eq!(settings.events_most, 6000);
    assert_eq!(settings.environment_tag, "environment", "the rest is left alone");
}
