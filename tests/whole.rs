//! The whole program from outside, one file for each thing that it must be able to do. One program of tests: it is linked
//! once. `make test` runs one after the other: each wants the machine to itself. What takes longer than every build may wait for is in `long.rs`.

mod away;
mod command;
mod crash;
mod deepstream;
mod drill;
mod late;
mod notices;
mod oidc;
mod program;
mod replay;
mod retention;
mod sampling;
mod scenarios;
mod support;
mod tidy;
mod tls;
mod units;
