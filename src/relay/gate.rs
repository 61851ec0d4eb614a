//! How many bytes a device may send that nobody has looked at yet: a few before it has said hello, few until it has opened a
//! mailbox, and only so many from all together, so that strangers can't fill the relay's memory with halves of messages.
//! Whoever is refused for it still hears so.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, copy, empty, sink};
use tokio::time::timeout;

/// Most bytes of a socket before its hello, WebSocket's own with them. A hello has thirteen; a later version's may say more.
const BEFORE_HELLO: usize = 1024;
/// Most bytes of a message while no mailbox is open: room for many small frames that come at once.
const BEFORE_MAILBOX: usize = 64 * 1024;
/// Most bytes of unfinished messages of all connections together. One that holds no more than [`BEFORE_MAILBOX`] goes on.
const UNFINISHED_MAX: usize = 256 << 20;
/// How long a device that was told goodbye may take to close its side.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// Stands for no bound.
const OPEN: usize = usize::MAX;

/// The bytes of unfinished messages of all connections.
#[derive(Clone, Default)]
pub(super) struct Unfinished(Arc<AtomicUsize>);

/// How much a connection may still send.
pub(super) struct Gate {
    left: AtomicUsize,
    /// Requests have bounds of their own.
    counts: AtomicBool,
    /// What has come since the last whole message,
    own: AtomicUsize,
    /// and of all connections.
    all: Unfinished,
    is_full: AtomicBool,
    /// Whether the stream is kept when its user lets go of it.
    keeps_stream: AtomicBool,
    kept: Mutex<Option<Box<dyn Stream>>>,
}

impl Gate {
    /// Without a bound, and without a count until there is a socket.
    pub(super) fn new(all: Unfinished) -> Self {
        Self {
            left: AtomicUsize::new(OPEN),
            counts: AtomicBool::new(false),
            own: AtomicUsize::new(0),
            all,
            is_full: AtomicBool::new(false),
            keeps_stream: AtomicBool::new(false),
            kept: Mutex::new(None),
        }
    }

    /// Lets only so much through as a hello needs.
    pub(super) fn narrow(&self) {
        self.counts.store(true, Ordering::Relaxed);
        self.left.store(BEFORE_HELLO, Ordering::Relaxed);
    }

    /// A message is whole. Lets the next one through, a small one where no mailbox is open.
    pub(super) fn next(&self, has_mailbox: bool) {
        self.forget_own();
        self.left.store(if has_mailbox { OPEN } else { BEFORE_MAILBOX }, Ordering::Relaxed);
    }

    /// Whether as much has come as may come.
    pub(super) fn is_shut(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Whether all connections together have sent as much as may wait.
    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// From now on the stream outlives its user, for [`Self::close`].
    pub(super) fn keep_stream(&self) {
        self.keeps_stream.store(true, Ordering::Relaxed);
    }

    /// Closes the kept stream so that what was sent last arrives: one that is closed over unread bytes may lose it.
    pub(super) async fn close(&self) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut stream) = kept else { return };
        let closing = async {
            stream.shutdown().await?;
            copy(&mut stream, &mut sink()).await
        };
        // A device that goes on sending is cut off.
        let _ = timeout(CLOSE_WITHIN, closing).await;
    }

    fn count(&self, came: usize) -> io::Result<()> {
        if !self.counts.load(Ordering::Relaxed) {
            return Ok(());
        }
        let own = self.own.fetch_add(came, Ordering::Relaxed).saturating_add(came);
        let all = self.all.0.fetch_add(came, Ordering::Relaxed).saturating_add(came);
        if BEFORE_MAILBOX < own && UNFINISHED_MAX < all {
            self.is_full.store(true, Ordering::Relaxed);
            return Err(io::Error::other("too many unfinished messages"));
        }
        Ok(())
    }

    fn forget_own(&self) {
        self.all.0.fetch_sub(self.own.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// What a connection is read from and written to.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<I: AsyncRead + AsyncWrite + Send + Unpin> Stream for I {}

/// A connection behind a gate.
pub(super) struct Gated {
    stream: Box<dyn Stream>,
    gate: Arc<Gate>,
}

impl Gated {
    pub(super) fn new(stream: impl Stream + 'static, gate: Arc<Gate>) -> Self {
        Self { stream: Box::new(stream), gate }
    }
}

impl Drop for Gated {
    fn drop(&mut self) {
        // Whoever put the halves of a message together has let go of them, too.
        self.gate.forget_own();
        if self.gate.keeps_stream.load(Ordering::Relaxed) {
            let stream = std::mem::replace(&mut self.stream, Box::new(empty()));
            *self.gate.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(stream);
        }
    }
}

impl AsyncRead for Gated {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let left = self.gate.left.load(Ordering::Relaxed);
        if left == OPEN {
            let before = into.filled().len();
            ready!(Pin::new(&mut self.stream).poll_read(context, into))?;
            return Poll::Ready(self.gate.count(into.filled().len().saturating_sub(before)));
        }
        if left == 0 {
            return Poll::Ready(Err(io::Error::other("too much at once")));
        }
        let mut few = [0; BEFORE_HELLO];
        let most = left.min(into.remaining()).min(few.len());
        let mut read = ReadBuf::new(few.get_mut(..most).unwrap_or_default());
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut read))?;
        into.put_slice(read.filled());
        // Only a message, which is read by the same task, may have opened it meanwhile.
        let came = read.filled().len();
        let rest = left.saturating_sub(came);
        let _ = self.gate.left.compare_exchange(left, rest, Ordering::Relaxed, Ordering::Relaxed);
        Poll::Ready(self.gate.count(came))
    }
}

impl AsyncWrite for Gated {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn a_narrow_gate_lets_a_few_bytes_through_and_an_open_one_all() {
        let (mut device, relay) = duplex(1 << 20);
        let gate = Arc::new(Gate::new(Unfinished::default()));
        let mut gated = Gated::new(relay, gate.clone());
        device.write_all(&[7; 9_000]).await.unwrap();
        let mut before = vec![0; 4_000];
        gated.read_exact(&mut before).await.unwrap();

        gate.narrow();
        let mut came = 0;
        while let Ok(len) = gated.read(&mut before).await {
            came += len;
        }
        assert_eq!(came, BEFORE_HELLO);
        assert!(gate.is_shut());

        gate.next(true);
        let mut rest = vec![0; 9_000 - 4_000 - BEFORE_HELLO];
        gated.read_exact(&mut rest).await.unwrap();
        assert!(rest.iter().all(|byte| *byte == 7));
    }

    #[tokio::test]
    async fn a_kept_stream_is_read_until_the_other_side_has_closed() {
        let (mut device, relay) = duplex(64);
        let gate = Arc::new(Gate::new(Unfinished::default()));
        let mut gated = Gated::new(relay, gate.clone());
        gated.write_all(b"goodbye").await.unwrap();
        gate.keep_stream();
        drop(gated);
        let device = async {
            // More than would fit if nobody read.
            device.write_all(&[7; 4_096]).await.unwrap();
            let mut heard = Vec::new();
            device.read_to_end(&mut heard).await.unwrap();
            assert_eq!(heard, b"goodbye");
            drop(device);
        };
        tokio::join!(gate.close(), device);
        assert!(gate.kept.lock().unwrap().is_none());

        // Without being asked for, nothing is kept.
        let (mut device, relay) = duplex(64);
        let gate = Arc::new(Gate::new(Unfinished::default()));
        drop(Gated::new(relay, gate.clone()));
        assert_eq!(device.read(&mut [0; 8]).await.unwrap(), 0);
        assert!(gate.kept.lock().unwrap().is_none());
    }

    #[tokio::test]
    async fn halves_of_messages_are_counted_together_until_they_are_whole_or_gone() {
        let all = Unfinished::default();
        let (mut device, relay) = duplex(1 << 20);
        let gate = Arc::new(Gate::new(all.clone()));
        let mut gated = Gated::new(relay, gate.clone());
        let mut into = vec![0; 100];
        let held = || all.0.load(Ordering::Relaxed);
        device.write_all(&[7; 400]).await.unwrap();
        gated.read_exact(&mut into).await.unwrap();
        assert_eq!(held(), 0, "a request is no message");
        gate.narrow();
        gated.read_exact(&mut into).await.unwrap();
        gate.next(true);
        assert_eq!(held(), 0);
        gated.read_exact(&mut into).await.unwrap();
        assert_eq!(held(), 100);

        // Others hold all that may be held: who holds little goes on, who holds much is let go of.
        all.0.fetch_add(UNFINISHED_MAX, Ordering::Relaxed);
        gated.read_exact(&mut into).await.unwrap();
        device.write_all(&vec![7; BEFORE_MAILBOX]).await.unwrap();
        let mut much = vec![0; BEFORE_MAILBOX];
        assert!(gated.read_exact(&mut much).await.is_err() && gate.is_full());
        // What it held is gone with it, also while its goodbye is still on the way.
        gate.keep_stream();
        drop(gated);
        assert_eq!(held(), UNFINISHED_MAX);
    }
}
