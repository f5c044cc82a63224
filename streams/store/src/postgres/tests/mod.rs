//! The suite of every backend, and what only this one promises, against real servers that the tests start themselves.

mod plain;
mod server;
