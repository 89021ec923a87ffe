//! `latchkey config check`

use std::process::ExitCode;

use super::{load, mistaken, say};
use crate::cli::Place;
use crate::config::Environment;

pub fn run(place: &Place) -> ExitCode {
    match load(&Environment::of_process(), place) {
        Ok(config) => {
            let names: Vec<&str> =
                config.accounts.iter().map(|account| account.name.as_str()).collect();
            say(format_args!("listen      {}", config.listen));
            say(format_args!("public_url  {}", config.public_url));
            say(format_args!("database    {}", config.database.label()));
            say(format_args!(
                "accounts    {}",
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            ));
            let reading = config.pace;
            say(format_args!(
                "reading     lists every {}, modes every {}, details every {}; {} calls at once",
                reading.list_every,
                reading.attributes_every,
                reading.details_every,
                reading.calls_at_once
            ));
            say(format_args!(
                "events      kept for {}, the newest {}",
                reading.events_kept, reading.events_most
            ));
            say("The configuration is fine.");
            ExitCode::SUCCESS
        }
        Err(mistakes) => mistaken(&mistakes),
    }
}
