//! `latchkey simulator`: one line of JSON, then it answers until it is stopped.

use std::process::ExitCode;
use std::time::Duration;

use simulator::{Options, Settle, Simulator};

use super::serve::stopped;
use super::{failed_by, say};
use crate::cli::SimulatorArguments;

pub async fn run(arguments: SimulatorArguments) -> ExitCode {
    let [shortest, longest] = arguments.settle[..] else {
        return super::failed("--settle takes two numbers");
    };
    let fleet = arguments.fleet;
    let options = Options {
        listen: arguments.listen,
        control_listen: arguments.control,
        seed: fleet.seed,
        instances: fleet.instances,
        regions: fleet.regions,
        accounts: fleet.accounts,
        settle: Settle::Between(
            Duration::from_millis(shortest),
            Duration::from_millis(longest.max(shortest)),
        ),
        latency: Duration::from_millis(arguments.latency),
        ..Options::default()
    };
    match Simulator::start(options).await {
        Ok(cloud) => {
            say(cloud.announcement());
            stopped().await;
            cloud.stop().await;
            ExitCode::SUCCESS
        }
        Err(error) => failed_by(&error),
    }
}
