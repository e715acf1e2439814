//! The binary as a user meets it: arguments in, text and exit status out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod chain;
mod db;
mod demo;
mod errors;
mod ethereum;
mod gpu;
mod model;
mod replay;
mod world;
