//! How many bytes a device may send before it has said hello: a few, so that strangers can't fill the relay's memory.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Most bytes of a socket before its hello, WebSocket's own with them. A hello has thirteen; a later version's may say more.
const BEFORE_HELLO: usize = 1024;
/// Stands for no bound.
const OPEN: usize = usize::MAX;

/// How much a connection may still send.
pub(super) struct Gate(AtomicUsize);

impl Default for Gate {
    /// Without a bound: requests have their own.
    fn default() -> Self {
        Self(AtomicUsize::new(OPEN))
    }
}

impl Gate {
    /// Lets only so much through as a hello needs.
    pub(super) fn narrow(&self) {
        self.0.store(BEFORE_HELLO, Ordering::Relaxed);
    }

    /// Lets everything through.
    pub(super) fn open(&self) {
        self.0.store(OPEN, Ordering::Relaxed);
    }

    /// Whether as much has come as may come.
    pub(super) fn is_shut(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// A connection behind a gate.
pub(super) struct Gated<I> {
    stream: I,
    gate: std::sync::Arc<Gate>,
}

impl<I> Gated<I> {
    pub(super) fn new(stream: I, gate: std::sync::Arc<Gate>) -> Self {
        Self { stream, gate }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Gated<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let left = self.gate.0.load(Ordering::Relaxed);
        if left == OPEN {
            return Pin::new(&mut self.stream).poll_read(context, into);
        }
        if left == 0 {
            return Poll::Ready(Err(io::Error::other("too much before a hello")));
        }
        let mut few = [0; BEFORE_HELLO];
        let most = left.min(into.remaining()).min(few.len());
        let mut read = ReadBuf::new(few.get_mut(..most).unwrap_or_default());
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut read))?;
        into.put_slice(read.filled());
        // Only the hello itself, which is read by the same task, may have opened it meanwhile.
        let rest = left.saturating_sub(read.filled().len());
        let _ = self.gate.0.compare_exchange(left, rest, Ordering::Relaxed, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Gated<I> {
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
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn a_narrow_gate_lets_a_few_bytes_through_and_an_open_one_all() {
        let (mut device, relay) = duplex(1 << 20);
        let gate = Arc::new(Gate::default());
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

        gate.open();
        let mut rest = vec![0; 9_000 - 4_000 - BEFORE_HELLO];
        gated.read_exact(&mut rest).await.unwrap();
        assert!(rest.iter().all(|byte| *byte == 7));
    }
}
