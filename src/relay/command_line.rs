//! The relay as a program.

use std::fs::{File, TryLockError};
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use tokio::signal;
use tracing_subscriber::EnvFilter;

use super::store::{PostgresStore, SqliteStore};
use super::{Limits, NewMailboxes, Options, RelayError, Tls, listen, network, serve};

/// Klassrum's relay.
#[derive(Debug, Parser)]
#[command(version)]
struct CommandLine {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Serve the built app, keep its sealed mailboxes and pass on what is added to them.
    #[command(alias = "serve")]
    Relay(Box<Relay>),
}

/// Every option can also be set in the environment, by the name beside it.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("certificate").args(["tls_cert", "tls_self"])))]
struct Relay {
    /// The folder with the built app.
    #[arg(long, env = "KLASSRUM_DIST", default_value = "dist")]
    dist: PathBuf,
    /// The address to listen at; 0.0.0.0:8440 lets others in the network in.
    #[arg(long, env = "KLASSRUM_LISTEN", default_value = "127.0.0.1:8440")]
    listen: SocketAddr,
    /// The folder for the relay's own files: its database and the certificate it makes.
    #[arg(long, env = "KLASSRUM_DATA", default_value = "data")]
    data: PathBuf,
    /// A postgres:// address instead of the database in --data; several relays may share it.
    #[arg(long, env = "KLASSRUM_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The database in --data never grows beyond this many bytes.
    #[arg(long, env = "KLASSRUM_MAX_DATABASE", value_name = "BYTES", value_parser = bytes)]
    max_database: Option<u64>,
    /// Most bytes in one entry; units K, M and G.
    #[arg(long, env = "KLASSRUM_MAX_ENTRY", value_name = "BYTES", default_value = "16M", value_parser = entry_bytes)]
    max_entry: u64,
    /// Most bytes in one mailbox.
    #[arg(long, env = "KLASSRUM_MAX_MAILBOX", value_name = "BYTES", default_value = "1G", value_parser = bytes)]
    max_mailbox: u64,
    /// How long entries are kept that a snapshot covers; units s, m, h and d.
    #[arg(long, env = "KLASSRUM_KEEP_COVERED", value_name = "TIME", default_value = "30d", value_parser = duration)]
    keep_covered: Duration,
    /// Who may make mailboxes: everybody who reaches the relay, or who knows the word in the admission file.
    #[arg(long, env = "KLASSRUM_NEW_MAILBOXES", value_enum, default_value = "open")]
    new_mailboxes: Admission,
    /// The file with the word for --new-mailboxes token; or set the word itself as KLASSRUM_ADMISSION.
    #[arg(long, env = "KLASSRUM_ADMISSION_FILE")]
    admission_file: Option<PathBuf>,
    /// The certificate chain to use, in PEM form.
    #[arg(long, env = "KLASSRUM_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate.
    #[arg(long, env = "KLASSRUM_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Use a certificate that the relay makes itself and keeps in --data; its fingerprint is shown.
    #[arg(long, env = "KLASSRUM_TLS_SELF")]
    tls_self: bool,
    /// All come through a proxy, which adds who they are to X-Forwarded-For.
    #[arg(long, env = "KLASSRUM_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Most connections at a time.
    #[arg(long, env = "KLASSRUM_MAX_CONNECTIONS", value_name = "N", default_value_t = Limits::default().connections)]
    max_connections: usize,
    /// Most connections at a time from one address.
    #[arg(long, env = "KLASSRUM_MAX_PER_ADDRESS", value_name = "N", default_value_t = Limits::default().connections_per_address)]
    max_per_address: usize,
    /// How long a connection may take to say hello.
    #[arg(long, env = "KLASSRUM_HELLO_WITHIN", value_name = "TIME", default_value = "10s", value_parser = duration)]
    hello_within: Duration,
    /// How long a device may take to receive a mebibyte.
    #[arg(long, env = "KLASSRUM_WRITE_WITHIN", value_name = "TIME", default_value = "30s", value_parser = duration)]
    write_within: Duration,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Admission {
    Open,
    Token,
}

/// Reads the command line and does what it says; the whole of `main` outside the browser.
#[must_use]
pub fn command_line() -> ExitCode {
    let CommandLine { what: What::Relay(options) } = CommandLine::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();

    match run(*options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("klassrum: {why}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(given: Relay) -> Result<(), RelayError> {
    let stop = asked_to_stop()?;
    let listener = listen(given.listen).await?;
    let address = listener.local_addr()?;
    let made_in = |cause| RelayError::Data { data: given.data.clone(), cause };
    std::fs::create_dir_all(&given.data).map_err(made_in)?;
    let _lock = lock(&given.data)?;
    let tls = match (&given.tls_cert, &given.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::from_files(certificate, key)?),
        _ if given.tls_self => Some(Tls::own(&given.data, address.ip())?),
        _ => None,
    };
    if let Some(tls) = tls.as_ref().filter(|_| given.tls_self) {
        tracing::info!("the certificate's SHA-256 fingerprint is {}", tls.fingerprint);
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    let options = Options {
        new_mailboxes: given.new_mailboxes().map_err(made_in)?,
        limits: given.limits(),
        dist: given.dist,
        tls,
        behind_proxy: given.behind_proxy,
    };
    let ready = || {
        let mut all = shown(address).into_iter();
        tracing::info!("Klassrum is served at {scheme}://{}", all.next().unwrap_or_else(|| address.to_string()));
        all.for_each(|other| tracing::info!("and at {scheme}://{other}"));
    };
    match given.database {
        Some(database) => {
            let store = PostgresStore::open(&database).await?;
            ready();
            serve(listener, store, options, stop).await?;
        }
        None => {
            let store = SqliteStore::open(&given.data.join("relay.sqlite"), given.max_database).await?;
            ready();
            serve(listener, store, options, stop).await?;
        }
    }
    tracing::info!("stopped");
    Ok(())
}

/// Keeps a second relay out of the folder for as long as the file is held; the system lets go of it even after a crash.
fn lock(data: &Path) -> Result<File, RelayError> {
    let failed = |cause| RelayError::Data { data: data.to_owned(), cause };
    let file = File::create(data.join("relay.lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RelayError::DataTaken { data: data.to_owned() }),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

impl Relay {
    fn limits(&self) -> Limits {
        Limits {
            entry_max: usize::try_from(self.max_entry).unwrap_or(usize::MAX),
            mailbox_max: self.max_mailbox,
            connections: self.max_connections,
            connections_per_address: self.max_per_address,
            hello_within: self.hello_within,
            write_within: self.write_within,
            keep_covered: self.keep_covered,
            ..Limits::default()
        }
    }

    fn new_mailboxes(&self) -> std::io::Result<NewMailboxes> {
        let missing = "--new-mailboxes token needs a word: set --admission-file or KLASSRUM_ADMISSION";
        match (self.new_mailboxes, &self.admission_file) {
            (Admission::Open, _) => Ok(NewMailboxes::Open),
            (Admission::Token, Some(file)) => Ok(NewMailboxes::Token(std::fs::read_to_string(file)?.trim().to_owned())),
            (Admission::Token, None) => {
                std::env::var("KLASSRUM_ADMISSION").map(NewMailboxes::Token).map_err(|_| std::io::Error::other(missing))
            }
        }
    }
}

/// `16M` and the like.
fn bytes(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.strip_suffix(['K', 'M', 'G']) {
        Some(digits) if text.ends_with('K') => (digits, 10),
        Some(digits) if text.ends_with('M') => (digits, 20),
        Some(digits) => (digits, 30),
        None => (text, 0),
    };
    let number: u64 = digits.parse().map_err(|_| "a number of bytes, with K, M or G behind it".to_owned())?;
    number.checked_mul(1 << shift).filter(|bytes| i64::try_from(*bytes).is_ok()).ok_or("too many bytes".to_owned())
}

fn entry_bytes(text: &str) -> Result<u64, String> {
    let most = u64::try_from(Limits::default().entry_max).unwrap_or(u64::MAX);
    bytes(text).and_then(|bytes| if bytes <= most { Ok(bytes) } else { Err("at most 16M".to_owned()) })
}

/// `30d` and the like.
fn duration(text: &str) -> Result<Duration, String> {
    let unit = |suffix: char, seconds: u64| text.strip_suffix(suffix).map(|digits| (digits, seconds));
    let (digits, seconds) = unit('s', 1)
        .or_else(|| unit('m', 60))
        .or_else(|| unit('h', 3600))
        .or_else(|| unit('d', 24 * 3600))
        .ok_or("a number with s, m, h or d behind it")?;
    let number: u64 = digits.parse().map_err(|_| "a number with s, m, h or d behind it".to_owned())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or("too long".to_owned())
}

/// A browser gives the app all it needs at `localhost`, so that is the address to show; for others in the network, the
/// addresses by which they reach this machine, the likeliest first.
fn shown(address: SocketAddr) -> Vec<String> {
    let port = address.port();
    if address.ip().is_loopback() {
        return vec![format!("localhost:{port}")];
    }
    if !address.ip().is_unspecified() {
        return vec![address.to_string()];
    }
    network::outer_addresses().into_iter().map(|outer| SocketAddr::new(outer, port).to_string()).collect()
}

/// Ctrl-C, or what a service manager sends. The signals are taken here, before the relay says that it serves.
#[cfg(unix)]
fn asked_to_stop() -> Result<impl Future<Output = ()>, RelayError> {
    use signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_stop() -> Result<impl Future<Output = ()>, RelayError> {
    Ok(async {
        let _ = signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_units() {
        assert_eq!([bytes("70000"), bytes("16M"), bytes("1G")], [Ok(70_000), Ok(16 << 20), Ok(1 << 30)]);
        assert_eq!([duration("30d"), duration("10s")], [30 * 24 * 3600, 10].map(|all| Ok(Duration::from_secs(all))));
        for nonsense in ["", "M", "16MB", "-1", "1.5G", "99999999999G"] {
            assert!(bytes(nonsense).is_err(), "{nonsense}");
        }
        for nonsense in ["", "d", "30", "1w", "99999999999999999999d"] {
            assert!(duration(nonsense).is_err(), "{nonsense}");
        }
        assert!(entry_bytes("16M").is_ok() && entry_bytes("17M").is_err());
    }
}
