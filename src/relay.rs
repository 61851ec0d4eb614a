//! The relay: one process that serves the app.
//!
//! It hands out files and answers `/health`. Every answer carries the same strict headers, so that a page may load
//! wasm and its own origin, and nothing else. The relay never holds a key and never imports a room that knows what a
//! register is: losing it loses nothing that a device still has.
//!
//! Start at [`serve`].

mod app;
mod command_line;
mod headers;
pub mod store;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower_http::trace::TraceLayer;

pub use command_line::command_line;

/// Why the relay could not start, or had to stop.
#[derive(Debug, Error)]
pub enum RelayError {
    /// Somebody else listens at this address, most often another relay.
    #[error("{address} is taken by another program; stop that one, or choose another with --listen")]
    AddressTaken {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The address can't be listened at for another reason.
    #[error("can't listen at {address}: {cause}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// The folder does not hold a built app.
    #[error("{} has no index.html; build the app with scripts/run --build-only, or name its folder with --dist", dist.display())]
    NoApp {
        /// The folder that was asked for.
        dist: PathBuf,
    },
    /// The system took the socket away.
    #[error("the relay stopped: {0}")]
    Stopped(#[from] io::Error),
}

/// Takes an address for the relay.
///
/// # Errors
/// When the address is taken or may not be listened at.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, RelayError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => RelayError::AddressTaken { address },
        _ => RelayError::Listen { address, cause },
    })
}

/// How long requests that have begun may take when the relay is asked to stop; a client can leave one half said.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Serves the app in `dist` until `stop` is done; requests that have begun are then answered first.
///
/// # Errors
/// When `dist` does not hold a built app, or the socket fails.
pub async fn serve(
    listener: TcpListener,
    dist: &Path,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), RelayError> {
    let (stopping, stopped) = oneshot::channel();
    let stop = async move {
        stop.await;
        // Nobody listens only when the socket has failed already.
        let _ = stopping.send(());
    };
    let serving = axum::serve(listener, router(dist)?).with_graceful_shutdown(stop);
    let out_of_time = async {
        match stopped.await {
            Ok(()) => tokio::time::sleep(LAST_ANSWERS).await,
            // Nobody has asked it to stop.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        served = serving => served?,
        () = out_of_time => {}
    }
    Ok(())
}

fn router(dist: &Path) -> Result<Router, RelayError> {
    let app = app::Files::in_folder(dist)?;
    let router = Router::new().route("/health", get(health)).fallback(app::answer).with_state(app);
    Ok(headers::on_every_answer(router).layer(TraceLayer::new_for_http()))
}

async fn health() -> &'static str {
    "ok\n"
}
