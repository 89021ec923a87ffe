//! What the commands do.

mod audit;
mod config_check;
mod doctor;
mod receipt;
mod serve;
mod simulate;
mod user;

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::{AuditCommand, Command, ConfigCommand, Place, ReceiptCommand, UserCommand};
use crate::client;
use crate::config::{Config, Environment, Mistake, Overrides};

pub async fn run(command: Command) -> ExitCode {
    match command {
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Config { command: ConfigCommand::Check { place } } => config_check::run(&place),
        Command::Doctor(arguments) => doctor::run(&arguments).await,
        Command::User { command: UserCommand::Add { name, role, password_stdin, place } } => {
            user::add(&name, role, password_stdin, &place).await
        }
        Command::User { command: UserCommand::List { output, place } } => {
            user::list(output, &place).await
        }
        Command::User { command: UserCommand::Disable(arguments) } => {
            user::set_disabled(&arguments, true).await
        }
        Command::User { command: UserCommand::Enable(arguments) } => {
            user::set_disabled(&arguments, false).await
        }
        Command::User { command: UserCommand::Reset(arguments) } => user::reset(&arguments).await,
        Command::User { command: UserCommand::RemoveSecondFactor { name, place } } => {
            user::remove_second_factor(&name, &place).await
        }
        Command::Audit { command: AuditCommand::Verify { previous_key, place } } => {
            audit::verify(&previous_key, &place).await
        }
        Command::Audit { command: AuditCommand::Export { format, from, to, place } } => {
            audit::export(format, from, to, &place).await
        }
        Command::Audit { command: AuditCommand::AcknowledgeRestore { place } } => {
            audit::acknowledge_restore(&place).await
        }
        Command::Receipt { command: ReceiptCommand::Verify { file, key } } => {
            receipt::verify(&file, &key)
        }
        Command::Receipt { command: ReceiptCommand::Key { pem, place } } => {
            receipt::key(pem, &place)
        }
        Command::Instances { command } => client::instances(&command).await,
        Command::Access { command } => client::access(&command).await,
        Command::Change { command } => client::change(&command).await,
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

fn failed_by(error: &dyn std::error::Error) -> ExitCode {
    failed(&whole(error))
}

/// An error with everything below it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
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
