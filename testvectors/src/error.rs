//! Why vectors could not be read. A vector that fails is no error but an [`Outcome`](crate::Outcome).

use std::path::PathBuf;

/// Vectors that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder that cannot be opened.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is not of a known kind.
    #[error("{}: not a vector file: {source}", path.display())]
    Json {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A stream of records that ends inside one, or whose lengths contradict each other.
    #[error("the stream of records: {0}")]
    Stream(String),
    /// A folder without a vector file.
    #[error("{}: holds no vector file (*.json)", .0.display())]
    Empty(PathBuf),
}
