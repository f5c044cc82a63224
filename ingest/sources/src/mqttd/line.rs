//! What a device and the door speak over: a socket, or TLS over one.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::io::poll_read_buf;

/// A record of TLS is no longer.
const RECORD_BYTES: usize = 16 * 1_024;

/// A line that is open.
pub(super) struct Line {
    stream: Stream,
    /// Whether something was written that TLS has not sent yet.
    unsent: bool,
}

enum Stream {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

/// What moved on a line.
#[derive(Debug)]
pub(super) enum Moved {
    /// So many bytes came; 0 is the end.
    Read(usize),
    /// Everything was written.
    Wrote,
}

impl Line {
    /// Opens a line on a socket, over TLS when there is a certificate.
    pub(super) async fn open(stream: TcpStream, tls: Option<&TlsAcceptor>) -> io::Result<Self> {
        let stream = match tls {
            None => Stream::Plain(stream),
            Some(tls) => Stream::Secure(Box::new(tls.accept(stream).await?)),
        };
        Ok(Self {
            stream,
            unsent: false,
        })
    }

    /// Reads once, at most about so many bytes.
    pub(super) async fn read(&mut self, buffer: &mut BytesMut, bytes: usize) -> io::Result<usize> {
        poll_fn(|context| self.poll_read(context, buffer, bytes)).await
    }

    /// Writes as much as the line takes without waiting.
    pub(super) fn write(&mut self, out: &mut BytesMut) -> io::Result<()> {
        let mut context = Context::from_waker(Waker::noop());
        match self.poll_write(&mut context, out) {
            Poll::Ready(written) => written,
            Poll::Pending => Ok(()),
        }
    }

    /// Whether something waits to be written.
    pub(super) fn has_to_write(&self, out: &BytesMut) -> bool {
        self.unsent || !out.is_empty()
    }

    /// Waits until everything is written, or something was read into the buffer that is given.
    pub(super) async fn moves(
        &mut self,
        mut buffer: Option<&mut BytesMut>,
        bytes: usize,
        out: &mut BytesMut,
    ) -> io::Result<Moved> {
        poll_fn(|context| {
            if self.has_to_write(out)
                && let Poll::Ready(written) = self.poll_write(context, out)
            {
                return Poll::Ready(written.map(|()| Moved::Wrote));
            }
            match &mut buffer {
                Some(buffer) => self.poll_read(context, buffer, bytes).map_ok(Moved::Read),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Writes the last words and closes.
    pub(super) async fn close(&mut self, out: &mut BytesMut) -> io::Result<()> {
        poll_fn(|context| self.poll_write(context, out)).await?;
        poll_fn(|context| match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Secure(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        })
        .await
    }

    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut BytesMut,
        bytes: usize,
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => {
                // A device that is silent holds no memory.
                ready!(stream.poll_read_ready(context))?;
                buffer.reserve(bytes);
                read_into(stream, context, buffer)
            }
            Stream::Secure(stream) => {
                buffer.reserve(bytes.min(RECORD_BYTES));
                read_into(stream.as_mut(), context, buffer)
            }
        }
    }

    fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        out: &mut BytesMut,
    ) -> Poll<io::Result<()>> {
        while !out.is_empty() {
            let written = match &mut self.stream {
                Stream::Plain(stream) => ready!(Pin::new(stream).poll_write(context, out))?,
                Stream::Secure(stream) => {
                    self.unsent = true;
                    ready!(Pin::new(stream.as_mut()).poll_write(context, out))?
                }
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            out.advance(written);
        }
        if let Stream::Secure(stream) = &mut self.stream
            && self.unsent
        {
            ready!(Pin::new(stream.as_mut()).poll_flush(context))?;
            self.unsent = false;
        }
        Poll::Ready(Ok(()))
    }
}

fn read_into<S: AsyncRead + Unpin>(
    stream: &mut S,
    context: &mut Context<'_>,
    buffer: &mut BytesMut,
) -> Poll<io::Result<usize>> {
    poll_read_buf(Pin::new(stream), context, buffer)
}
