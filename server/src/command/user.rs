//! `latchkey user …`: works beside a running portal.

use std::io::BufRead as _;
use std::process::ExitCode;

use app::text::machine_time;
use domain::id::UserName;
use domain::person::{Role, Source};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use service::{
    Accounts, Field, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS, Portal, Problem, ServiceError,
    Settings, User, check_password_length,
};
use store::Store;

use super::{failed, failed_by, load, mistaken, say};
use crate::cli::{OneUser, Output, Place};
use crate::config::{Config, Environment};
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
    // Before a database is made for somebody who is not added.
    if let Err(error) = check_password_length(&password) {
        return not_added(name, &error);
    }
    let portal = match open(&config, "latchkey user add").await {
        Ok(portal) => portal,
        Err(code) => return code,
    };
    match portal.add_user(name, role, password).await {
        Ok(()) => {
            say(format_args!("{name} can sign in as {role}."));
            ExitCode::SUCCESS
        }
        Err(error) => not_added(name, &error),
    }
}

fn not_added(name: &UserName, error: &ServiceError) -> ExitCode {
    match error {
        ServiceError::NameTaken => failed(&format!("somebody is named {name} already")),
        ServiceError::Invalid { field: Field::Password, problem: Problem::TooShort } => {
            failed(&format!("a password needs at least {PASSWORD_MIN_CHARS} characters"))
        }
        ServiceError::Invalid { field: Field::Password, problem: Problem::TooLong } => {
            failed(&format!("a password has at most {PASSWORD_MAX_BYTES} bytes"))
        }
        ServiceError::Invalid { field: Field::Password, problem: Problem::Common } => {
            failed("this password is in lists of leaked ones: it is tried first")
        }
        ServiceError::Invalid { field: Field::Password, problem: Problem::Obvious } => {
            failed("too much of this password is a name known here, or a repetition")
        }
        error => failed_by(error),
    }
}

pub async fn list(output: Output, place: &Place) -> ExitCode {
    let config = match load(&Environment::of_process(), place) {
        Ok(config) => config,
        Err(mistakes) => return mistaken(&mistakes),
    };
    let portal = match open(&config, "latchkey user list").await {
        Ok(portal) => portal,
        Err(code) => return code,
    };
    let users = match portal.people_at_command_line().list().await {
        Ok(users) => users,
        Err(error) => return failed_by(&error),
    };
    match output {
        Output::Text => users.iter().for_each(|user| say(line(user))),
        Output::Json => {
            let users: Vec<Value> = users.iter().map(json).collect();
            say(serde_json::json!({ "users": users }));
        }
    }
    ExitCode::SUCCESS
}

/// `lin.wei  operator: environments=staging; viewer: everything (on-call)  disabled`
fn line(user: &User) -> String {
    let grants = user.person.grants.iter().map(|granted| match &granted.source {
        Source::Group(group) => format!("{} ({group})", granted.grant),
        Source::Vouched => format!("{} (organisation)", granted.grant),
        Source::Own => granted.grant.to_string(),
    });
    let grants: Vec<String> = grants.collect();
    let grants = if grants.is_empty() { "nothing".to_owned() } else { grants.join("; ") };
    let disabled = if user.disabled_at.is_some() { "  disabled" } else { "" };
    format!("{:<16} {grants}{disabled}", user.person.name.as_str())
}

fn json(user: &User) -> Value {
    let grants = user.person.grants.iter().map(|granted| {
        serde_json::json!({
            "role": granted.grant.role,
            "area": granted.grant.area,
            "group": granted.source.group(),
            "vouched": granted.source == Source::Vouched,
        })
    });
    serde_json::json!({
        "name": user.person.name,
        "grants": grants.collect::<Vec<_>>(),
        "created_at": machine_time(user.created_at),
        "disabled_at": user.disabled_at.map(machine_time),
    })
}

pub async fn set_disabled(arguments: &OneUser, disabled: bool) -> ExitCode {
    let name = &arguments.name;
    let (act, became) = if disabled { ("disable", "disabled") } else { ("enable", "enabled") };
    let config = match load(&Environment::of_process(), &arguments.place) {
        Ok(config) => config,
        Err(mistakes) => return mistaken(&mistakes),
    };
    let portal = match open(&config, &format!("latchkey user {act}")).await {
        Ok(portal) => portal,
        Err(code) => return code,
    };
    let people = portal.people_at_command_line();
    let done = match people.get(name).await {
        Ok(user) => people.set_disabled(name, user.version, disabled).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => {
            match arguments.output {
                Output::Text => say(format_args!("{name} is {became}.")),
                Output::Json => say(serde_json::json!({ "name": name, "disabled": disabled })),
            }
            ExitCode::SUCCESS
        }
        Err(error) => refused(name, &error),
    }
}

pub async fn reset(arguments: &OneUser) -> ExitCode {
    let name = &arguments.name;
    let config = match load(&Environment::of_process(), &arguments.place) {
        Ok(config) => config,
        Err(mistakes) => return mistaken(&mistakes),
    };
    let portal = match open(&config, "latchkey user reset").await {
        Ok(portal) => portal,
        Err(code) => return code,
    };
    let link = match portal.people_at_command_line().make_reset_link(name).await {
        Ok(link) => link,
        Err(ServiceError::Overtaken) => {
            return failed(&format!("{name} is disabled: latchkey user enable {name} comes first"));
        }
        Err(ServiceError::NoPassword) => {
            return failed(&format!(
                "{name} signs in at the organisation and has no password here"
            ));
        }
        Err(error) => return refused(name, &error),
    };
    let address =
        format!("{}{}", config.public_url.origin(), app::path::reset(link.secret.expose_secret()));
    let until = machine_time(link.expires_at);
    match arguments.output {
        Output::Text => {
            say(&address);
            say(format_args!("It works once, until {until}. {name} is signed out everywhere."));
        }
        Output::Json => {
            say(serde_json::json!({ "name": name, "link": address, "expires_at": until }));
        }
    }
    ExitCode::SUCCESS
}

fn refused(name: &UserName, error: &ServiceError) -> ExitCode {
    let (text, code) = match error {
        ServiceError::NotFound => (format!("there is nobody named {name}"), 3),
        ServiceError::LastAdmin => {
            (format!("{name} is the last admin over everything: make another one first"), 4)
        }
        error => return failed_by(error),
    };
    failed(&text);
    ExitCode::from(code)
}

/// Beside a running portal, too.
async fn open(config: &Config, owner: &str) -> Result<Portal, ExitCode> {
    let store = Store::open_beside(&config.database, owner, &config.audit)
        .await
        .map_err(|error| failed_by(&error))?;
    let settings =
        Settings { known_as: vec![config.public_url.authority()], ..Settings::default() };
    Portal::new(store, Accounts::default(), outside(), settings).map_err(|error| failed_by(&error))
}

pub async fn remove_second_factor(name: &UserName, place: &Place) -> ExitCode {
    let config = match load(&Environment::of_process(), place) {
        Ok(config) => config,
        Err(mistakes) => return mistaken(&mistakes),
    };
    let portal = match open(&config, "latchkey user remove-second-factor").await {
        Ok(portal) => portal,
        Err(code) => return code,
    };
    match portal.take_second_factor_here(name).await {
        Ok(()) => {
            say(format_args!("{name} signs in with the password alone."));
            ExitCode::SUCCESS
        }
        Err(ServiceError::NotFound) => failed(&format!("{name} has no second factor")),
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
