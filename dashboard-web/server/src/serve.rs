//! The listener, and its end.

use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::admission::OtherEnd;
use crate::connections::Limited;
use crate::live::LiveHandle;

/// How long the end may take: answers under way are finished, screens get a close frame.
const END_MAX: Duration = Duration::from_secs(3);

/// Serves at most `connections_max` connections, over TLS where there is a certificate, until `shutdown`; then says goodbye to the screens, finishes what is under way, and returns within three seconds.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    live: LiveHandle,
    connections_max: usize,
    tls: Option<TlsAcceptor>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, tls = tls.is_some(), "serving");
    let (stopping, mut stopped) = watch::channel(false);
    let begin_end = {
        let live = live.clone();
        async move {
            shutdown.await;
            live.close();
            stopping.send_replace(true);
        }
    };
    let listener = Limited::new(listener, connections_max, tls);
    let accepting = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<OtherEnd>(),
    )
    .with_graceful_shutdown(begin_end);
    let end = async {
        if stopped.wait_for(|stopped| *stopped).await.is_ok() {
            tokio::time::sleep(END_MAX).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let served = async {
        accepting.await?;
        if timeout(END_MAX, live.closed()).await.is_err() {
            tracing::info!(clients = live.clients(), "screens did not close in time");
        }
        Ok(())
    };
    tokio::select! {
        served = served => served,
        () = end => {
            tracing::info!("requests did not end in time: cut");
            Ok(())
        }
    }
}
