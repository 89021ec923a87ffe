//! `latchkey user …`: works beside a running portal.

use std::io::BufRead as _;
use std::process::ExitCode;

use domain::id::UserName;
use domain::person::Role;
use secrecy::SecretString;
use service::{Accounts, Field, PASSWORD_MIN_CHARS, Portal, Problem, ServiceError, Settings};
use store::Store;

use super::{failed, failed_by, load, mistaken, say};
use crate::cli::Place;
use crate::config::Environment;
use crate::outside::outside;

pub async fn add(name: &UserName, role: Role, from_stdin: bool, place: &Place) -> ExitCode {
    let config = match load(&Environment::of_process(), place) {
        Ok(config) => config,
        Err(mistakes) => return mistaken(&mistakes),
    };
    let password = match read_password(from_stdin) {
        Ok(password) => password,
        Err(text) => return failed(&text),
    };
    let store = match Store::open_beside(&config.database, "latchkey user add", &config.audit).await
    {
        Ok(store) => store,
        Err(error) => return failed_by(&error),
    };
    let added = match Portal::new(store, Accounts::default(), outside(), Settings::default()) {
        Ok(portal) => portal.add_user(name, role, password).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(()) => {
            say(format_args!("{name} can sign in as {role}."));
            ExitCode::SUCCESS
        }
        Err(ServiceError::NameTaken) => failed(&format!("somebody is named {name} already")),
        Err(ServiceError::Invalid { field: Field::Password, problem: Problem::TooShort }) => {
            failed(&format!("a password needs at least {PASSWORD_MIN_CHARS} characters"))
        }
        Err(error) => failed_by(&error),
    }
}

fn read_password(from_stdin: bool) -> Result<SecretString, String> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| format!("standard input: {error}"))?;
        return Ok(line.trim_end_matches(['\r', '\n']).into());
    }
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt)
            .map_err(|error| format!("no terminal to ask at ({error}); use --password-stdin"))
    };
    let (first, second) = (ask("Password: ")?, ask("Again: ")?);
    if first == second { Ok(first.into()) } else { Err("the two are not the same".to_owned()) }
}
