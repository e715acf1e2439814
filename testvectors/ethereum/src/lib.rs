//! Ethereum's official execution tests (EEST fixtures), run through what a node runs: the EVM factory and block
//! executor of `isocortex-vm`, the rules of `isocortex-consensus`, the store and trie of `isocortex-state` (in memory).
//!
//! - A *state test* executes one transaction outside a block; state root and hash of the logs are compared.
//! - A *block test* starts a chain and takes its blocks from their RLP. Valid ones are committed; invalid ones must be
//!   refused for the reason that the test names, and leave head and state as they were.
//!
//! Tests that are known to end otherwise are in `data/*.json` by name, each with the reason. The lists are exact: a
//! listed test that passes fails the run.
//!
//! [`run`] takes a folder of fixtures; [`Summary`] says what became of them.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod block_test;
mod exception;
mod fixture;
mod listed;
mod network;
mod run;
mod state_test;
mod subject;
mod summary;

pub use run::{Settings, find, names, run};
pub use summary::{Counts, Finding, Summary};

/// Why there is no summary.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder that cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: std::path::PathBuf,
        /// The system's own words.
        source: std::io::Error,
    },
    /// A file that is not a fixture.
    #[error("{path}: {source}")]
    Json {
        /// Which.
        path: std::path::PathBuf,
        /// Where in it, and what is wrong.
        source: serde_json::Error,
    },
    /// A list of expected differences that does not parse.
    #[error("the list of known differences: {0}")]
    List(serde_json::Error),
}
