//! Asks a running portal, as any other program would: with a token, over its API. Nothing here knows a rule.

mod access;
mod change;
mod exit;
mod instances;
mod portal;
mod show;

use std::process::ExitCode;

use crate::cli::{AccessCommand, ChangeCommand, InstancesCommand, Output};
use exit::Exit;
use portal::Trouble;

pub async fn instances(command: &InstancesCommand) -> ExitCode {
    let InstancesCommand::List(asked) = command;
    ended(instances::list(asked).await, asked.reach.output)
}

pub async fn access(command: &AccessCommand) -> ExitCode {
    let (result, wish) = match command {
        AccessCommand::Enable(asked) => (access::enable(asked).await, &asked.wish),
        AccessCommand::Disable(asked) => (access::disable(asked).await, &asked.wish),
    };
    ended(result, wish.reach.output)
}

pub async fn change(command: &ChangeCommand) -> ExitCode {
    match command {
        ChangeCommand::Wait { reach, id, timeout } => {
            ended(change::wait(reach, *id, timeout.0).await, reach.output)
        }
        ChangeCommand::Show { reach, id } => ended(change::show(reach, *id).await, reach.output),
    }
}

/// Says why it did not do, to people on standard error, to programs on standard output.
fn ended(result: Result<Exit, Trouble>, output: Output) -> ExitCode {
    match result {
        Ok(exit) => exit.into(),
        Err(trouble) => {
            show::trouble(&trouble, output);
            trouble.exit().into()
        }
    }
}
