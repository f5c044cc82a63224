//! A listener with so many places: whoever comes when all are taken waits in the kernel's queue. With a certificate it speaks TLS.
//!
//! The handshake is made by the connection's own task, at its first read: who is slow at it holds nobody else up, and not for ever.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// How long a handshake may take.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

pub(crate) struct Limited {
    listener: TcpListener,
    places: Arc<Semaphore>,
    tls: Option<TlsAcceptor>,
}

/// A connection and its place.
pub(crate) struct Held {
    line: Line,
    _place: OwnedSemaphorePermit,
}

enum Line {
    Plain(TcpStream),
    Shaking(Box<Shaking>),
    Secure(Box<TlsStream<TcpStream>>),
}

struct Shaking {
    accept: Accept<TcpStream>,
    until: Pin<Box<Sleep>>,
}

impl Limited {
    pub(crate) fn new(
        listener: TcpListener,
        connections_max: usize,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(connections_max)),
            tls,
        }
    }
}

impl Listener for Limited {
    type Io = Held;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Held, SocketAddr) {
        let places = self.places.clone();
        let place = places
            .acquire_owned()
            .await
            .expect("the places are never closed");
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // A delta is small and must not wait for the next one.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, %address, "connection keeps its delay");
        }
        let line = match &self.tls {
            None => Line::Plain(stream),
            Some(tls) => Line::Shaking(Box::new(Shaking {
                accept: tls.accept(stream),
                until: Box::pin(sleep(HANDSHAKE_MAX)),
            })),
        };
        let held = Held {
            line,
            _place: place,
        };
        (held, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// What bytes go over.
trait Open: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Open for T {}

impl Held {
    /// The stream, once it is open.
    fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Pin<&mut dyn Open>>> {
        if let Line::Shaking(shaking) = &mut self.line {
            if shaking.until.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            let stream = ready!(Pin::new(&mut shaking.accept).poll(context))?;
            self.line = Line::Secure(Box::new(stream));
        }
        Poll::Ready(Ok(match &mut self.line {
            Line::Plain(stream) => Pin::new(stream),
            Line::Secure(stream) => Pin::new(stream.as_mut()),
            Line::Shaking(_) => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }))
    }
}

impl AsyncRead for Held {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_open(context))?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Held {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(context))?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(context))?.poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.line {
            Line::Plain(stream) => stream.is_write_vectored(),
            Line::Shaking(_) | Line::Secure(_) => true,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(context))?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(context))?.poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_is_taken_as_long_as_the_connection_lasts() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let mut limited = Limited::new(listener, 1, None);
        let address = limited.local_addr().expect("bound");
        let _first = TcpStream::connect(address).await.expect("it listens");
        let _second = TcpStream::connect(address).await.expect("it listens");
        let (held, _) = limited.accept().await;
        assert_eq!(limited.places.available_permits(), 0);
        drop(held);
        let (_held, _) = limited.accept().await;
        assert_eq!(limited.places.available_permits(), 0);
    }
}
