//! The tasks of the house, in groups that end one after the other.

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Tasks that stop at one word.
pub(super) struct Tasks {
    running: JoinSet<(&'static str, anyhow::Result<()>)>,
    pub(super) stop: watch::Sender<bool>,
}

impl Tasks {
    pub(super) fn new() -> Self {
        Self {
            running: JoinSet::new(),
            stop: watch::Sender::new(false),
        }
    }

    /// Resolves when these tasks are told to stop.
    pub(super) fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stop = self.stop.subscribe();
        async move { drop(stop.wait_for(|stop| *stop).await) }
    }

    pub(super) fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        self.running.spawn(async move { (name, task.await) });
    }

    pub(super) fn spawn_on(
        &mut self,
        threads: &Handle,
        name: &'static str,
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        self.running
            .spawn_on(async move { (name, task.await) }, threads);
    }

    /// The error of the next task that ends with one; waits for ever when none does.
    pub(super) async fn failure(&mut self) -> anyhow::Error {
        while let Some(ended) = self.running.join_next().await {
            match ended {
                Ok((_, Ok(()))) => {}
                Ok((name, Err(error))) => return error.context(format!("{name} failed")),
                Err(panic) => return anyhow::anyhow!("a task broke: {panic}"),
            }
        }
        std::future::pending().await
    }

    pub(super) async fn finish(mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.running.join_next().await {
            match ended {
                Ok((_, Ok(()))) => {}
                Ok((name, Err(error))) => {
                    tracing::error!(task = name, error = format!("{error:#}"), "ended badly");
                }
                Err(error) => tracing::error!(%error, "a task broke"),
            }
        }
    }
}
