//! `latchkey serve`

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use app::api::ssr::Sandbox;
use app::boot::AssetHrefs;
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use service::{Passkeys, Portal, Settings, Timing};
use store::{DatabaseUrl, Store};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{failed, failed_by, mistaken, say};
use crate::cli::Serve;
use crate::config::{self, Environment, Overrides};
use crate::web::serve::Door;
use crate::web::tls::Tls;
use crate::web::{self, Refusals, Site, Turns, Web};
use crate::{clouds, factors, oidc, outside, receipts, sandbox, telemetry, webhook};

/// As authenticators show it.
const NAME: &str = "Latchkey";
const PRUNE_EVERY: Duration = Duration::from_hours(1);
/// A database that does not answer holds up the end no longer than this.
const HAND_OVER: Duration = Duration::from_secs(2);
/// So many ports are tried when the usual one is taken.
const PORTS: u16 = 50;

pub async fn run(arguments: Serve) -> ExitCode {
    let environment = Environment::of_process();
    let default = if arguments.sandbox { "warn" } else { "info" };
    telemetry::start(environment.get(config::LOG), default);
    if arguments.sandbox {
        run_sandbox(arguments).await
    } else {
        run_portal(&arguments, &environment).await
    }
}

async fn run_portal(arguments: &Serve, environment: &Environment) -> ExitCode {
    let overrides = Overrides {
        file: arguments.place.config.clone(),
        listen: arguments.listen,
        public_url: arguments.public_url.clone(),
        database: arguments.place.database.clone(),
    };
    let config = match config::load(environment, &overrides) {
        Ok(config) => config,
        Err(mistakes) => return mistaken(&mistakes),
    };
    let tls = match config.tls.map(Tls::new).transpose() {
        Ok(tls) => tls,
        Err(error) => return failed_by(&error),
    };
    let listener = match TcpListener::bind(config.listen).await {
        Ok(listener) => listener,
        Err(error) => return failed(&format!("cannot listen on {}: {error}", config.listen)),
    };
    let accounts = match clouds::accounts(config.accounts, environment) {
        Ok(accounts) => accounts,
        Err(error) => return failed_by(&error),
    };
    let store = match Store::open_with(&config.database, &owner(), &config.audit).await {
        Ok(store) => store,
        Err(error) => return failed_by(&error),
    };
    let receipt_key = match receipts::key(&config.database, config.receipt_key_file.as_deref()) {
        Ok(key) => key,
        Err(text) => return failed(&text),
    };
    let factor_key = match factors::key(&config.database, config.factor_key_file.as_deref()) {
        Ok(key) => key,
        Err(text) => return failed(&text),
    };
    // With port 0 the address is known only now.
    let address = listener.local_addr().unwrap_or(config.listen);
    tracing::info!(%address, tls = tls.is_some(), "listening");
    let port = address.port();
    let implied = config.public_url == config::PublicUrl::of_loopback(0);
    let public_url = if implied { config::PublicUrl::of_loopback(port) } else { config.public_url };
    let webhook = match config.webhook.map(|config| webhook::of(&config, &public_url)).transpose() {
        Ok(webhook) => webhook,
        Err(error) => return failed(&format!("webhook_url: the address {error}")),
    };
    let sign_on = config.single_sign_on;
    let oidc = match sign_on.oidc.map(|config| oidc::of(config, &public_url)).transpose() {
        Ok(oidc) => oidc,
        Err(error) => return failed(&format!("oidc_issuer: the address {error}")),
    };
    let passkeys = Passkeys::of_origin(&public_url.origin(), NAME);
    if config.demand_second_factor && factor_key.is_none() && passkeys.is_none() {
        return failed(
            "demand_second_factor: nobody could set one up: give a factor_key_file, or reach the portal by a name",
        );
    }
    let settings = config.pace.apply(Settings {
        oidc,
        group_roles: sign_on.group_roles,
        local_users: sign_on.local_users,
        receipt_key,
        factor_key,
        passkeys,
        step_up: config.step_up,
        demand_second_factor: config.demand_second_factor,
        known_as: vec![public_url.authority()],
        webhook,
        environment_tag: config.environment_tag,
        timing: Timing::scaled(config.timing_scale),
        policy: config.policy,
        ..Settings::default()
    });
    let portal = match Portal::new(store, accounts, outside::outside(), settings) {
        Ok(portal) => portal,
        Err(error) => return failed_by(&error),
    };
    say(format_args!("Latchkey is at {public_url}"));
    let web = Web {
        portal,
        hrefs: hrefs(),
        origins: Arc::new([public_url.origin()]),
        authorities: Arc::new([public_url.authority()]),
        trusted_proxies: config.trusted_proxies.into(),
        proxy_user: sign_on.proxy_user.map(Arc::new),
        sandbox: None,
        turns: Turns::default(),
        refusals: Refusals::default(),
    };
    serve(listener, tls, web).await
}

async fn run_sandbox(arguments: Serve) -> ExitCode {
    if arguments.place.config.is_some()
        || arguments.place.database.is_some()
        || arguments.public_url.is_some()
    {
        return failed(
            "--sandbox takes no --config, --database or --public-url: it has accounts, a memory and an address of its own",
        );
    }
    if let Some(listen) = arguments.listen.filter(|listen| !listen.ip().is_loopback()) {
        return failed(&format!(
            "--sandbox shows its passwords, so it listens on this machine only, not on {listen}"
        ));
    }
    let listener = match listen_somewhere(arguments.listen).await {
        Ok(listener) => listener,
        Err(error) => return failed(&format!("cannot listen: {error}")),
    };
    let port = listener.local_addr().map_or(0, |address| address.port());
    match open_sandbox(&arguments, port).await {
        Ok((portal, people, _kept)) => {
            say(format_args!(
                "Latchkey sandbox: http://127.0.0.1:{port} or http://localhost:{port}"
            ));
            for person in &people.people {
                say(format_args!(
                    "  sign in as {:<11} {:<9} password {}",
                    person.name, person.role, person.password
                ));
            }
            say("Everything is simulated; nothing is kept. Stop with Ctrl-C.");
            let names = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
            let web = Web {
                portal,
                hrefs: hrefs(),
                origins: names.iter().map(|name| format!("http://{name}")).collect(),
                authorities: names.into(),
                trusted_proxies: Arc::new([]),
                proxy_user: None,
                sandbox: Some(people),
                turns: Turns::default(),
                refusals: Refusals::default(),
            };
            serve(listener, None, web).await
        }
        Err(error) => failed_by(&*error),
    }
}

type Opened = (Portal, Arc<Sandbox>, (tempfile::TempDir, simulator::Simulator));

/// A cloud, a memory and people, all of which end with the process.
async fn open_sandbox(arguments: &Serve, port: u16) -> Result<Opened, Box<dyn std::error::Error>> {
    let cloud = sandbox::cloud(&arguments.fleet).await?;
    let folder = tempfile::Builder::new().prefix("latchkey-sandbox-").tempdir()?;
    let database = DatabaseUrl::Sqlite(folder.path().join("sandbox.db"));
    let store = Store::open(&database, &owner()).await?;
    let receipt_key = receipts::key(&database, None)?;
    let factor_key = factors::key(&database, None)?;
    // Of its two addresses the one with a name.
    let passkeys = Passkeys::of_origin(&format!("http://localhost:{port}"), NAME);
    // No environment: a sandbox reads no credential.
    let accounts = clouds::accounts(sandbox::accounts(&cloud), &Environment::default())?;
    let portal = Portal::new(
        store,
        accounts,
        outside::outside(),
        Settings { receipt_key, factor_key, passkeys, ..sandbox::settings() },
    )?;
    let people = sandbox::people(&portal).await?;
    Ok((portal, people, (folder, cloud)))
}

async fn serve(listener: TcpListener, tls: Option<Tls>, web: Web) -> ExitCode {
    let portal = web.portal.clone();
    // First of all: on a memory that was restored nothing may be taken up.
    if let Err(error) = portal.anchor_audit().await {
        return failed_by(&error);
    }
    let started =
        AuditEvent::new(portal.now(), AuditCode::PortalStarted, Outcome::Succeeded, Actor::Portal);
    if let Err(error) = portal.store().record(&started).await {
        return failed_by(&error);
    }
    // Where the anchor cannot be written is told now, not when it is missed.
    if let Err(error) = portal.anchor_audit().await {
        return failed_by(&error);
    }
    tokio::spawn(portal.clone().supervise_changes());
    let reader = tokio::spawn(portal.clone().read_fleet());
    tokio::spawn(portal.clone().keep_returns());
    tokio::spawn(portal.clone().keep_anchor());
    tokio::spawn(portal.clone().keep_memory_checked());
    tokio::spawn(portal.clone().keep_reminders());
    tokio::spawn(portal.clone().keep_deliveries());
    tokio::spawn(portal.clone().keep_batches());
    tokio::spawn(portal.clone().watch_fleet());
    tokio::spawn(prune(portal.clone()));
    if let Some(tls) = &tls {
        tokio::spawn(tls.clone().keep_fresh());
    }
    let stop = async {
        stopped().await;
        portal.end_news();
        hand_over(&portal, reader).await;
    };
    let trusted = web.trusted_proxies.clone();
    web::serve::serve(Door { listener, tls, trusted }, web::router(web), stop).await;
    if !matches!(tokio::time::timeout(HAND_OVER, portal.anchor_audit()).await, Ok(Ok(()))) {
        tracing::warn!("the end of the audit could not be kept outside of the database");
    }
    ExitCode::SUCCESS
}

async fn prune(portal: Portal) {
    loop {
        if let Err(error) = portal.prune().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "what is old could not be forgotten"
            );
        }
        tokio::time::sleep(PRUNE_EVERY).await;
    }
}

/// Nothing is read from now on, and another replica may read at once.
async fn hand_over(portal: &Portal, reader: JoinHandle<()>) {
    reader.abort();
    // It was ended here, so there is nothing else that it could say.
    let _ = reader.await;
    let given_back = tokio::time::timeout(HAND_OVER, portal.give_back_duties()).await;
    let stopped = tokio::time::timeout(Timing::CALL_ENDS + HAND_OVER, portal.stop_changes()).await;
    if !matches!((given_back, stopped), (Ok(Ok(())), Ok(Ok(())))) {
        tracing::warn!("duties could not be given back: other replicas wait for their end");
    }
}

fn hrefs() -> AssetHrefs {
    match Site::load() {
        Ok(site) => AssetHrefs::new(site.hrefs),
        Err(not_built) => {
            tracing::warn!("{not_built}");
            AssetHrefs::default()
        }
    }
}

/// The wanted address, or the usual port, or the next free one after it.
async fn listen_somewhere(wanted: Option<SocketAddr>) -> std::io::Result<TcpListener> {
    if let Some(wanted) = wanted {
        return TcpListener::bind(wanted).await;
    }
    let usual = config::DEFAULT_LISTEN.port();
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    for port in usual..usual.saturating_add(PORTS) {
        match TcpListener::bind((loopback, port)).await {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            bound => return bound,
        }
    }
    TcpListener::bind((loopback, 0)).await
}

/// Who holds the file, for whoever else wants it.
fn owner() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let since = app::text::machine_time(outside::now());
    format!("process {} on {}, since {since}", std::process::id(), host.trim())
}

/// Done when somebody asks the process to end.
pub(super) async fn stopped() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
