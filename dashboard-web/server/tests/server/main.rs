//! The server through its real router, on a real loopback listener, over the log in memory and the history that ships.

mod acknowledge;
mod admin;
mod api;
mod duty;
mod feed;
mod guard;
mod house;
mod http;
mod live;
mod rights;
mod second;
mod session;
mod shelving;
mod units;
