//! The program `yiping`: command line, configuration and wiring. Everything else lives in the rooms.

mod cli;
mod commands;
mod config;
mod drafts;
mod explain;
mod house;
mod packs;
mod past;
mod sign_in;
mod tls;
mod units;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use cli::{Cli, Command, Ledger, People};

/// Many small pieces live for days here and are made and dropped on several threads. The C library's allocator keeps heaps for each thread and
/// gives back little of them.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_logging();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "the runtime cannot start");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Demo(arguments) => commands::demo::demo(arguments).await,
            Command::Run(arguments) => commands::run::run(&arguments).await,
            Command::Sim(arguments) => commands::sim::sim(arguments).await,
            Command::Replay(arguments) => commands::replay::replay(arguments).await,
            Command::Check(arguments) => commands::check::check(&arguments).await,
            Command::People(People::Account(arguments)) => {
                commands::people::account(arguments).await
            }
            Command::People(People::Token(arguments)) => commands::people::token(arguments).await,
            Command::People(People::Demo(place)) => commands::people::demo(place).await,
            Command::Drill(command) => {
                tokio::task::spawn_blocking(move || commands::drill::drill(command))
                    .await
                    .unwrap_or_else(|broken| Err(broken.into()))
            }
            Command::Ledger(Ledger::Verify(arguments)) => commands::ledger::verify(&arguments),
            Command::Ledger(Ledger::Export(arguments)) => commands::ledger::export(&arguments),
            Command::Ledger(Ledger::Evidence(arguments)) => commands::ledger::evidence(&arguments),
        }
    });
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            commands::complain(&format!("yiping: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// `RUST_LOG` chooses what is logged, as everywhere in Rust; INFO by default.
fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_unset| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
