//! A connection, plain or encrypted.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::io::{AsyncRead, AsyncWrite};
use futures_rustls::client::TlsStream;
use photo::{Endpoint, Error, Exchange};

use crate::Client;
use crate::runtime::Runtime;

/// A TCP connection, with TLS over it where the endpoint wants that.
pub(crate) enum Connection<R: Runtime> {
    Plain(R::Stream),
    Tls(Box<TlsStream<R::Stream>>),
}

impl<R: Runtime> Connection<R> {
    /// Connects to `address`.
    pub(crate) async fn connect(client: &Client<R>, address: SocketAddr) -> io::Result<Self> {
        client.runtime().connect(address).await.map(Self::Plain)
    }

    /// Agrees on TLS where `endpoint` wants it.
    pub(crate) async fn handshake(self, client: &Client<R>, endpoint: &Endpoint) -> Result<Self, Error> {
        match self {
            Self::Plain(stream) if endpoint.is_https() => {
                let agreed = client.tls().connect(endpoint.server_name()?, stream).await;
                agreed.map(|stream| Self::Tls(stream.into())).map_err(|error| Error::tls(endpoint, error))
            }
            connection => Ok(connection),
        }
    }

    /// Sends some of the request, and returns how many bytes those were.
    pub(crate) async fn send(&mut self, exchange: &Exchange) -> io::Result<usize> {
        poll_fn(|cx| self.poll_write(cx, exchange.to_send())).await
    }

    /// Sends what is still held back.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|cx| match self {
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        })
        .await
    }

    /// Receives some of the reply, and returns how many bytes those were.
    pub(crate) async fn receive(&mut self, exchange: &mut Exchange) -> io::Result<usize> {
        poll_fn(|cx| {
            let received = self.poll_read(cx, exchange.space());
            if received.is_pending() {
                exchange.release();
            }
            received
        })
        .await
    }

    /// Whether an idle connection may be used again.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Plain(stream) => R::is_open(stream),
            Self::Tls(stream) => {
                // TLS may have decrypted already what nobody asked for.
                let (tcp, tls) = stream.get_ref();
                tls.wants_read() && R::is_open(tcp)
            }
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, space),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, space),
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }
}
