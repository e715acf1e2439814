//! What a chain keeps on disk: RocksDB behind revm's [`DatabaseRef`](revm::DatabaseRef).
//!
//! A [`Store`] holds the state after its head block and every block, receipt list and transcript up to
//! it. A block becomes part of it in two steps: [`Store::prepare`] takes the block's [`StateChanges`]
//! (from revm's `BundleState`) and computes the state root they lead to, writing nothing;
//! [`Store::commit`] writes changes, block, receipts, transcript and the new head in one atomic, synced
//! batch. After a crash the store is therefore at one block's end, never between two.
//!
//! # Columns
//!
//! Integers are big-endian. *Sealed* means that eight bytes follow the value: XXH3-64 over the column's
//! tag, the key and the value. They catch what RocksDB's own block checksums cannot (a value changed
//! before it was written, or found under another key); they are no defence against a forger, which is
//! what the state root is for. Every value in every column is sealed.
//!
//! | column | tag | key | value before sealing |
//! |---|---|---|---|
//! | `accounts` | 1 | address (20) | RLP `[nonce, balance, storage root, code hash]`: the state trie's leaf |
//! | `storage` | 2 | address (20) ‖ slot (32) | RLP of the non-zero word: the storage trie's leaf |
//! | `code` | 3 | keccak-256 of the code (32) | the code; never deleted, for accounts share it |
//! | `blocks` | 4 | number (8) | the block in RLP; 0 is genesis |
//! | `block_hashes` | 5 | number (8) | block hash (32) |
//! | `block_numbers` | 6 | block hash (32) | number (8) |
//! | `receipts` | 7 | number (8) | the block's receipts in RLP; none for genesis |
//! | `transcripts` | 8 | number (8) | the block's inference transcript, opaque here; none for genesis |
//! | `meta` | 9 | `schema` | version of this table (4), now 1 |
//! | `meta` | 9 | `head` | number (8) ‖ block hash (32) ‖ state root (32) |
//! | `meta` | 9 | `genesis` | genesis block hash (32) |
//! | `meta` | 9 | `spec` | the chain specification, opaque here |
//!
//! # What holds between the columns
//!
//! An account's storage root is the root over its slots in `storage`; an account that does not exist has
//! no slots; every code hash is in `code` or that of no code; every number up to the head has its block.
//! [`Store::verify`] checks all of it from scratch.
//!
//! # Faults
//!
//! Every [`StateError`] is the node's fault, never a transaction's: a caller stops and shows it. A failed
//! commit leaves the state of the last committed block; reopen the store to go on.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod changes;
mod column;
mod commit;
mod error;
mod read;
mod root;
mod store;
#[cfg(test)]
mod tests;
mod verify;

pub use changes::{Account, StateChanges};
pub use commit::{BlockCommit, PendingState};
pub use error::StateError;
pub use store::{Genesis, Head, SCHEMA, Store};
pub use verify::Audit;
