//! Takes connections, and gives each to the router; limits them before they have said a word.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::timeout;

use super::gate::{Gate, Gated, Stream};
use super::limits::Counted;
use super::office::{Office, Phase};
use super::store::MailStore;
use super::tls::Tls;

/// How long to wait when the system has no place for another connection.
const NO_PLACE: Duration = Duration::from_millis(100);

/// What a request knows of its connection; whatever outlives the request keeps it.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) address: IpAddr,
    /// How much it may still send.
    pub(super) gate: Arc<Gate>,
    _held: Arc<Held>,
}

/// What a connection holds for as long as it lasts.
struct Held {
    _place: OwnedSemaphorePermit,
    _counted: Option<Counted>,
    _alive: mpsc::Sender<()>,
}

/// How connections are taken.
pub(super) struct Door<S> {
    pub office: Arc<Office<S>>,
    pub tls: Option<Tls>,
    /// Everybody comes from a proxy's address, so addresses are counted where the proxy names them.
    pub behind_proxy: bool,
}

impl<S: MailStore> Door<S> {
    /// Takes connections until `stop` is done, and returns what tells when all of them have ended.
    pub(super) async fn open(
        self,
        listener: TcpListener,
        router: Router,
        stop: impl Future<Output = ()>,
    ) -> io::Result<mpsc::Receiver<()>> {
        let limits = self.office.limits.clone();
        let places = Arc::new(Semaphore::new(limits.connections));
        let (alive, ended) = mpsc::channel(1);
        tokio::pin!(stop);
        loop {
            let (stream, from) = tokio::select! {
                () = &mut stop => return Ok(ended),
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(cause) if is_of_one_connection(&cause) => continue,
                    Err(cause) => {
                        tracing::warn!(%cause, "no connection can be taken");
                        tokio::time::sleep(NO_PLACE).await;
                        continue;
                    }
                },
            };
            let Some(caller) = self.admit(&places, from, alive.clone()) else {
                self.office.metrics.turned_away.inc();
                continue;
            };
            // Small frames are to go out at once.
            let _ = stream.set_nodelay(true);
            let (router, phase) = (router.clone(), self.office.phase.subscribe());
            let acceptor = self.tls.as_ref().map(|tls| tls.acceptor.clone());
            let within = limits.hello_within;
            tokio::spawn(async move {
                match acceptor {
                    None => answer(stream, caller, router, phase, within).await,
                    Some(acceptor) => {
                        if let Ok(Ok(stream)) = timeout(within, acceptor.accept(stream)).await {
                            answer(stream, caller, router, phase, within).await;
                        }
                    }
                }
            });
        }
    }

    fn admit(&self, places: &Arc<Semaphore>, from: SocketAddr, alive: mpsc::Sender<()>) -> Option<Caller> {
        let place = places.clone().try_acquire_owned().ok()?;
        let address = from.ip().to_canonical();
        let counted = if self.behind_proxy {
            None
        } else {
            Some(self.office.addresses.count(address, self.office.limits.connections_per_address)?)
        };
        Some(Caller {
            address,
            gate: Arc::new(Gate::new(self.office.unfinished.clone())),
            _held: Arc::new(Held { _place: place, _counted: counted, _alive: alive }),
        })
    }
}

/// The connection that failed is gone; the next one may be well.
fn is_of_one_connection(cause: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(cause.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Answers the requests of one connection.
async fn answer(
    stream: impl Stream + 'static,
    caller: Caller,
    router: Router,
    mut phase: watch::Receiver<Phase>,
    within: Duration,
) {
    let stream = Gated::new(stream, caller.gate.clone());
    let router = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(caller.clone());
        hyper::service::Service::call(&router, request.map(axum::body::Body::new) as Request)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(within)
        // As much as a request may have, and what may come with it before there is a gate.
        .max_buf_size(16 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let stopping = async {
        // An office that is gone serves no more, either.
        let _ = phase.wait_for(|phase| *phase != Phase::Serving).await.map(drop);
    };
    tokio::pin!(serving);
    // An error here is a connection that broke; nobody is left to hear of it.
    tokio::select! {
        _ = &mut serving => {}
        () = stopping => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_broke_is_not_the_listeners_fault() {
        assert!(is_of_one_connection(&io::ErrorKind::ConnectionReset.into()));
        assert!(!is_of_one_connection(&io::Error::other("too many open files")));
    }
}
