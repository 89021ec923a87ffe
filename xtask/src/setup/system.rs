//! Programs of the operating system, from Debian's packages where that is possible.

use std::path::Path;

use anyhow::{Result, bail};

use crate::progress::Progress;
use crate::{process, workspace};

/// A program the tests start, and the Debian packages that bring it.
pub struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

/// For the browser tests.
pub const BROWSER: &[Need] = &[
    Need { what: "Chromium", packages: &["chromium"], is_there: has_chromium },
    Need { what: "Chinese fonts", packages: &["fonts-noto-cjk"], is_there: has_chinese_fonts },
    Need {
        what: "OpenSSL, for certificates of tests",
        packages: &["openssl"],
        is_there: || runs("openssl", &["version"]),
    },
    Need {
        what: "libfaketime, for the calendar of tests",
        packages: &["libfaketime"],
        is_there: has_faketime,
    },
    Need {
        what: "Node.js 20 or newer, with npm",
        packages: &["nodejs", "npm"],
        is_there: has_node,
    },
];

/// For the store's tests, and for real connections to Redis.
pub const DATABASES: &[Need] = &[
    Need { what: "PostgreSQL", packages: &["postgresql"], is_there: has_postgres },
    Need {
        what: "Redis",
        packages: &["redis-server"],
        is_there: || runs("redis-server", &["--version"]),
    },
];

/// For the tests that watch what the sandbox opens.
pub const TRACING: &[Need] =
    &[Need { what: "strace", packages: &["strace"], is_there: || runs("strace", &["--version"]) }];

/// For the official SDKs' tests.
pub const LANGUAGES: &[Need] = &[Need {
    what: "Python 3 with venv",
    packages: &["python3", "python3-venv"],
    is_there: has_python,
}];

/// Installs what is missing.
///
/// # Errors
///
/// It cannot be installed here (not root, no apt), or is still missing afterwards. The message is the command to run.
pub fn install(progress: &mut Progress, needs: &[&[Need]]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<_> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let command = format!("apt-get install --yes --no-install-recommends {}", packages.join(" "));
    let names = |needs: &[&Need]| needs.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
    if !is_root() || !runs("apt-get", &["--version"]) {
        bail!("{} missing; install it and try again, on Debian: sudo {command}", names(&missing));
    }
    progress.note(&format!("installing {}", names(&missing)));
    apt(&["update"])?;
    apt(&command.split(' ').skip(1).collect::<Vec<_>>())?;
    let missing = self::missing(needs);
    if !missing.is_empty() {
        bail!(
            "{} still missing after `{command}`; where Debian's version is too old, install a newer one by hand",
            names(&missing)
        );
    }
    Ok(())
}

fn missing<'a>(needs: &[&'a [Need]]) -> Vec<&'a Need> {
    needs.iter().copied().flatten().filter(|need| !(need.is_there)()).collect()
}

fn apt(arguments: &[&str]) -> Result<()> {
    let mut apt = process::program("apt-get", &workspace::root());
    process::run(
        apt.args(["--quiet", "--quiet"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

fn is_root() -> bool {
    prints("id", &["-u"]).is_some_and(|id| id == "0")
}

/// Where end2end/playwright.config.ts looks.
fn has_chromium() -> bool {
    std::env::var_os("CHROMIUM")
        .map_or(Path::new("/usr/bin/chromium").exists(), |path| Path::new(&path).exists())
}

fn has_chinese_fonts() -> bool {
    prints("fc-list", &[":lang=zh-cn"]).is_some_and(|fonts| !fonts.is_empty())
}

/// Where end2end/support/calendar.ts takes it from.
fn has_faketime() -> bool {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).any(|it| it.exists())
}

fn has_node() -> bool {
    let version = prints("node", &["--version"]);
    let major = version
        .as_deref()
        .and_then(|version| version.strip_prefix('v')?.split('.').next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= 20) && runs("npm", &["--version"])
}

/// Debian keeps the server's programs out of PATH.
fn has_postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin/initdb")).any(|initdb| initdb.exists())
        || runs("initdb", &["--version"])
}

fn has_python() -> bool {
    runs("python3", &["-c", "import ensurepip, venv"])
}

fn runs(name: &str, arguments: &[&str]) -> bool {
    process::succeeds(process::program(name, &workspace::root()).args(arguments))
}

fn prints(name: &str, arguments: &[&str]) -> Option<String> {
    let output = process::program(name, &workspace::root()).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
