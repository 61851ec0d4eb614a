//! The relay as a program.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::signal;
use tracing_subscriber::EnvFilter;

use super::{RelayError, listen, serve};

/// Klassrum's relay: serves the app.
#[derive(Debug, Parser)]
#[command(version)]
struct CommandLine {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Serve the built app.
    Serve(Serve),
}

#[derive(Debug, Args)]
struct Serve {
    /// The folder with the built app.
    #[arg(long, env = "KLASSRUM_DIST", default_value = "dist")]
    dist: PathBuf,
    /// The address to listen at.
    #[arg(long, env = "KLASSRUM_LISTEN", default_value = "127.0.0.1:8440")]
    listen: SocketAddr,
}

/// Reads the command line and does what it says; the whole of `main` outside the browser.
#[must_use]
pub fn command_line() -> ExitCode {
    let CommandLine { what: What::Serve(options) } = CommandLine::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();

    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("klassrum: {why}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(options: &Serve) -> Result<(), RelayError> {
    let stop = asked_to_stop()?;
    let listener = listen(options.listen).await?;
    let address = listener.local_addr()?;
    tracing::info!("Klassrum is served at http://{}", shown(address));
    serve(listener, &options.dist, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

/// A browser gives the app all it needs at `localhost`, so that is the address to show.
fn shown(address: SocketAddr) -> String {
    if address.ip().is_loopback() { format!("localhost:{}", address.port()) } else { address.to_string() }
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
