//! The crate's error. All of it is the node's fault: the state cannot be read or written as it should.

use std::path::PathBuf;

use alloy_primitives::{Address, B256};

/// Why the store could not answer or could not write.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// There is no chain in the directory.
    #[error("no chain in {0}: create one from a genesis file first")]
    Missing(PathBuf),
    /// [`Store::create`](crate::Store::create) found a chain where it was to make one.
    #[error("{0} already holds a chain; it was left as it is")]
    Exists(PathBuf),
    /// [`Store::create`](crate::Store::create) found something in the directory that no chain has there.
    #[error("{path} holds {found:?}, which is not a chain's; give an empty or new directory")]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// Name of the first file or folder that does not belong.
        found: String,
    },
    /// Another process, or another store of this one, has the directory open.
    #[error("{0} is in use by another process; stop it first")]
    Locked(PathBuf),
    /// The directory was written by another version of this crate.
    #[error("{path} has schema {found}, this program knows {expected}; use the version that wrote it")]
    Schema {
        /// The chain's directory.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The version of this program, [`SCHEMA`](crate::SCHEMA).
        expected: u32,
    },
    /// A record is not what was written. The store gives no value for it.
    #[error("corrupt record in column {column}, key 0x{key}: {reason}")]
    Corrupt {
        /// The column family's name.
        column: &'static str,
        /// The key in hex.
        key: String,
        /// What does not fit.
        reason: &'static str,
    },
    /// A record that must be there is not.
    #[error("record lost from column {column}, key 0x{key}")]
    Lost {
        /// The column family's name.
        column: &'static str,
        /// The key in hex.
        key: String,
    },
    /// The account records and the head disagree.
    #[error("state root is {computed}, but the head records {recorded}")]
    Root {
        /// The root over the records found.
        computed: B256,
        /// The root that was recorded at commit.
        recorded: B256,
    },
    /// Changes leave, or the audit found, storage under an account that does not exist.
    #[error("storage of {0}, an account that does not exist")]
    Orphan(Address),
    /// The block does not follow the head.
    #[error("block {number} cannot follow head {head}")]
    NotNext {
        /// The number offered.
        number: u64,
        /// The head's number.
        head: u64,
    },
    /// The changes were prepared on a head that is no longer the head.
    #[error("changes were prepared on block {prepared}, but the head is {head}")]
    Stale {
        /// The number of the head at preparation.
        prepared: u64,
        /// The head's number now.
        head: u64,
    },
    /// The block's state was pruned.
    #[error("block {number} is pruned; kept from {first}")]
    Pruned {
        /// The block asked for.
        number: u64,
        /// The first block whose state is kept.
        first: u64,
    },
    /// The block is after the head.
    #[error("block {number} is not here; the head is {head}")]
    Beyond {
        /// The block asked for.
        number: u64,
        /// The head's number.
        head: u64,
    },
    /// There is no room left on the device. Nothing of the block was kept.
    #[error("disk full while writing {path}: {source}")]
    Full {
        /// The chain's directory.
        path: PathBuf,
        /// RocksDB's own words.
        source: rocksdb::Error,
    },
    /// The device, or the directory on it, cannot be written. Nothing of the block was kept.
    #[error("{path} is on a read-only disk: {source}")]
    ReadOnly {
        /// The chain's directory.
        path: PathBuf,
        /// RocksDB's own words.
        source: rocksdb::Error,
    },
    /// Any other failure of RocksDB, in its own words; failed block checksums are among them.
    #[error("database: {0}")]
    Db(#[from] rocksdb::Error),
    /// The directory could not be made or looked into.
    #[error("{path}: {source}")]
    Io {
        /// The directory.
        path: PathBuf,
        /// The system's own words.
        source: std::io::Error,
    },
}

impl revm::database_interface::DBErrorMarker for StateError {}

impl StateError {
    /// Whether the records are not what was written, and not merely out of reach.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Corrupt { .. } | Self::Lost { .. } | Self::Root { .. } | Self::Orphan(_) => true,
            Self::Db(error) => error.kind() == rocksdb::ErrorKind::Corruption,
            _ => false,
        }
    }
}
