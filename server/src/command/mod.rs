//! What the commands do.

mod config_check;
mod serve;
mod simulate;
mod user;

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::{Command, ConfigCommand, Place, UserCommand};
use crate::config::{Config, Environment, Mistake, Overrides};

pub async fn run(command: Command) -> ExitCode {
    match command {
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Config { command: ConfigCommand::Check { place } } => config_check::run(&place),
        Command::User { command: UserCommand::Add { name, role, password_stdin, place } } => {
            user::add(&name, role, password_stdin, &place).await
        }
        Command::Simulator(arguments) => simulate::run(arguments).await,
    }
}

/// A line for people or programs.
fn say(line: impl Display) {
    // A reader that went away is no failure of the command.
    let _ = writeln!(std::io::stdout(), "{line}").and_then(|()| std::io::stdout().flush());
}

pub fn failed(text: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "latchkey: {text}");
    ExitCode::from(1)
}

/// An error with everything below it.
fn failed_by(error: &dyn std::error::Error) -> ExitCode {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    failed(&text)
}

fn mistaken(mistakes: &[Mistake]) -> ExitCode {
    for mistake in mistakes {
        let _ = writeln!(std::io::stderr(), "{mistake}");
    }
    ExitCode::from(2)
}

fn load(environment: &Environment, place: &Place) -> Result<Config, Vec<Mistake>> {
    let overrides = Overrides {
        file: place.config.clone(),
        database: place.database.clone(),
        ..Overrides::default()
    };
    crate::config::load(environment, &overrides)
}
