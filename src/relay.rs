//! The relay: one process that serves the app, keeps sealed entries, and passes them on.
//!
//! It hands out files, answers `/health`, `/metrics` and `/address`, and speaks with devices at `/sync` (its frames are in
//! [`crate::sync::wire`]). Every answer carries the same strict headers, so that a page may load wasm and its own origin, and
//! nothing else. The relay never holds a key and never imports a room that knows what a register is: losing it loses
//! nothing that a device still has. Its log never names a mailbox or a token.
//!
//! Start at [`serve`]. An appended entry goes this way: `connection` reads it and checks sizes and rates, `writer` checks
//! signatures and stores many in one commit, `readers` passes them on, and `outbox` holds what one device has not taken yet.

mod app;
mod catch_up;
mod command_line;
mod connection;
mod elsewhere;
mod gate;
mod group;
mod headers;
mod limits;
mod metrics;
mod network;
mod office;
mod outbox;
mod readers;
mod server;
pub mod store;
mod tls;
mod writer;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tower_http::trace::TraceLayer;

use crate::sync::wire::FRAME_MAX;
use office::{Office, Phase};
use server::{Caller, Door};
use store::{MailStore, StoreError};

pub use command_line::command_line;
pub use limits::Limits;
pub use office::NewMailboxes;
pub use tls::{Tls, TlsError};

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
    /// The folder for the relay's own files can't be made.
    #[error("{} can't be used for the relay's data: {cause}", data.display())]
    Data {
        /// The folder that was asked for.
        data: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Another relay keeps its files there.
    #[error("another relay uses {}; stop that one, or choose another folder with --data", data.display())]
    DataTaken {
        /// The folder that was asked for.
        data: PathBuf,
    },
    /// The database can't be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no certificate to use.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system took the socket away.
    #[error("the relay stopped: {0}")]
    Stopped(#[from] io::Error),
}

/// How a relay answers.
pub struct Options {
    /// The folder with the built app.
    pub dist: PathBuf,
    /// Who may make mailboxes.
    pub new_mailboxes: NewMailboxes,
    /// How much the relay takes.
    pub limits: Limits,
    /// The certificate to use; none for plain http.
    pub tls: Option<Tls>,
    /// Whether all come from a proxy that names them in `X-Forwarded-For`.
    pub behind_proxy: bool,
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

/// Serves the app and the mailboxes in `store` until `stop` is done. Then what was begun is finished: entries that were
/// received are stored and acknowledged, and every device is told.
///
/// # Errors
/// When the folder does not hold a built app, or the socket fails.
pub async fn serve<S: MailStore>(
    listener: TcpListener,
    store: S,
    options: Options,
    stop: impl Future<Output = ()>,
) -> Result<(), RelayError> {
    let Options { dist, new_mailboxes, limits, tls, behind_proxy } = options;
    let (office, post, words) = Office::new(store, limits, new_mailboxes);
    let router = router(office.clone(), &dist, behind_proxy, for_others(&listener, tls.is_some()))?;
    let mut writing = tokio::spawn(writer::run(office.clone(), post));
    let hearing = tokio::spawn({
        let office = office.clone();
        async move { office.hear_news().await }
    });
    let telling = tokio::spawn({
        let office = office.clone();
        async move { office.tell_others(words).await }
    });
    let tidying = tokio::spawn({
        let office = office.clone();
        async move { office.tidy().await }
    });

    let door = Door { office: office.clone(), tls, behind_proxy };
    let mut ended = tokio::select! {
        ended = door.open(listener, router, stop) => ended?,
        // It never ends by itself. A relay that stores nothing must not go on as if it did.
        _ = &mut writing => return Err(io::Error::other("entries can't be stored any more").into()),
    };

    office.phase.send_replace(Phase::Finishing);
    let stopping = async {
        office.all_stored().await;
        office.phase.send_replace(Phase::Closing);
        // Nothing is ever sent; it ends when the last connection has.
        let _ = ended.recv().await;
    };
    let _ = timeout(LAST_ANSWERS, stopping).await;
    for task in [hearing, telling, tidying, writing] {
        task.abort();
        let _ = task.await;
    }
    office.say_goodbye().await;
    office.store.close().await;
    Ok(())
}

/// Where others in the network find the app, if the relay listens for them. Whoever runs it on a laptop sees it at
/// `localhost`, which leads nobody else there.
fn for_others(listener: &TcpListener, secure: bool) -> Option<String> {
    let local = listener.local_addr().ok()?;
    let outer = if local.ip().is_unspecified() { network::outer_addresses().into_iter().next()? } else { local.ip() };
    let scheme = if secure { "https" } else { "http" };
    (!outer.is_loopback()).then(|| format!("{scheme}://{}", SocketAddr::new(outer, local.port())))
}

fn router<S: MailStore>(
    office: Arc<Office<S>>,
    dist: &Path,
    behind_proxy: bool,
    for_others: Option<String>,
) -> Result<Router, RelayError> {
    let app = app::Files::in_folder(dist)?;
    let speaking = Router::new()
        .route(
            "/sync",
            get(move |state, caller, headers, upgrade| speak(state, caller, headers, behind_proxy, upgrade)),
        )
        .route("/health", get(health::<S>))
        .route("/metrics", get(metrics::<S>))
        .with_state(office);
    let address = move || async move { for_others.unwrap_or_default() };
    let router = Router::new().merge(speaking).route("/address", get(address)).fallback(app::answer).with_state(app);
    Ok(headers::on_every_answer(router).layer(TraceLayer::new_for_http()))
}

async fn speak<S: MailStore>(
    State(office): State<Arc<Office<S>>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    behind_proxy: bool,
    upgrade: WebSocketUpgrade,
) -> Response {
    let counted = if behind_proxy {
        let address = forwarded_for(&headers).unwrap_or(caller.address);
        let Some(counted) = office.addresses.count(address, office.limits.connections_per_address) else {
            office.metrics.turned_away.inc();
            return StatusCode::TOO_MANY_REQUESTS.into_response();
        };
        Some(counted)
    } else {
        None
    };
    let gate = caller.gate.clone();
    gate.narrow();
    let frame_max = FRAME_MAX.min(office.limits.entry_max + 64 * 1024);
    upgrade
        // Memory for each idle device: kept small.
        .read_buffer_size(8 * 1024)
        .write_buffer_size(64 * 1024)
        .max_message_size(frame_max)
        .max_frame_size(frame_max)
        .on_upgrade(move |socket| async move {
            let _held = (caller, counted);
            connection::serve(office, socket, &gate).await;
        })
}

/// The last address is the one that the relay's own proxy put there; those before it anybody may have made up.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

async fn health<S: MailStore>(State(office): State<Arc<Office<S>>>) -> (StatusCode, &'static str) {
    match timeout(Duration::from_secs(5), office.store.check()).await {
        Ok(Ok(())) => (StatusCode::OK, "ok\n"),
        Ok(Err(cause)) => {
            tracing::error!(%cause, "the database is not well");
            (StatusCode::SERVICE_UNAVAILABLE, "the database fails\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer\n"),
    }
}

async fn metrics<S: MailStore>(State(office): State<Arc<Office<S>>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([("content-type", kind)], office.metrics.to_text()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_proxys_own_word_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(forwarded_for(&headers), None);
        headers.append("x-forwarded-for", "1.1.1.1, 10.0.0.9".parse().unwrap());
        assert_eq!(forwarded_for(&headers), Some("10.0.0.9".parse().unwrap()));
        headers.append("x-forwarded-for", "nonsense".parse().unwrap());
        assert_eq!(forwarded_for(&headers), None);
    }
}
