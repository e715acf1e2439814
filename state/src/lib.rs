//! What a chain keeps on disk: RocksDB behind revm's [`DatabaseRef`](revm::DatabaseRef).
//!
//! A [`Store`] holds the state after its head block, the states before it as far back as its [`History`]
//! says, and every block, receipt list and transcript. A block becomes part of it in two steps:
//! [`Store::prepare`] takes the block's [`StateChanges`] (from revm's `BundleState`) and computes the state
//! root they lead to, writing nothing; [`Store::commit`] writes changes, tries, change set, block, receipts,
//! transcript and the new head in one atomic, synced batch. After a crash the store is therefore at one
//! block's end, never between two. [`Store::at`] reads a past state, [`Store::unwind`] goes back to one,
//! [`Store::prune`] says how many are kept.
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
//! | `block_hashes` | 5 | number (8) | block hash (32) ‖ state root (32) |
//! | `block_numbers` | 6 | block hash (32) | number (8) |
//! | `receipts` | 7 | number (8) | the block's receipts in RLP; none for genesis |
//! | `transcripts` | 8 | number (8) | the block's inference transcript, opaque here; none for genesis |
//! | `meta` | 9 | `schema` | version of this table (4), now 2 |
//! | `meta` | 9 | `head` | number (8) ‖ block hash (32) ‖ state root (32) |
//! | `meta` | 9 | `history` | past states to keep (8), all ones for all ‖ first block whose state is kept (8) |
//! | `meta` | 9 | `genesis` | genesis block hash (32) |
//! | `meta` | 9 | `spec` | the chain specification, opaque here |
//! | `hashed_accounts` | 10 | keccak-256 of the address (32) | as in `accounts` |
//! | `hashed_storage` | 11 | keccak-256 of the address (32) ‖ of the slot (32) | as in `storage` |
//! | `account_trie` | 12 | path, a byte for each nibble | of the subtree that begins there: masks of its branch's children and of leaves among them (2 each) ‖ length of the extension before the branch (1) ‖ its nibbles (1 each) ‖ the children's references in RLP |
//! | `storage_trie` | 13 | keccak-256 of the address (32) ‖ path | as in `account_trie` |
//! | `changes` | 14 | number (8) | RLP list of `[address, [slot, …]]`: all that the block changed |
//! | `account_history` | 15 | address (20) ‖ number (8) | the account's record before that block; empty for none |
//! | `storage_history` | 16 | address (20) ‖ slot (32) ‖ number (8) | the slot's record before that block; empty for zero |
//!
//! Flat and hashed columns hold the same values. Execution reads the flat ones by plain keys, without
//! hashing; a root and a proof go over the hashed ones, which lie in the order of the tries.
//!
//! # What holds between the columns
//!
//! Flat and hashed records are equal. An account's storage root is the root over its slots, and the head's
//! state root that over the accounts; the stored branches are those of these tries. An account that does not
//! exist has no slots; every code hash is in `code` or that of no code; every number up to the head has its
//! block; every block after the first kept state has its change set. [`Store::verify`] checks all of it from
//! scratch.
//!
//! # Faults
//!
//! Every [`StateError`] is the node's fault, never a transaction's: a caller stops and shows it. A failed
//! commit leaves the state of the last committed block; reopen the store to go on.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod at;
mod cache;
mod changes;
mod checkpoint;
mod column;
mod commit;
mod database;
mod error;
mod head;
mod history;
mod options;
mod plan;
mod proof;
mod prune;
mod read;
mod rebuild;
mod root;
mod stats;
mod store;
#[cfg(test)]
mod tests;
mod trie;
mod unwind;
mod verify;

pub use at::StateAt;
pub use changes::{Account, StateChanges};
pub use commit::{BlockCommit, PendingState};
pub use error::StateError;
pub use head::Head;
pub use history::History;
pub use proof::{AccountProof, SlotProof};
pub use stats::{ColumnStats, Stats};
pub use store::{Genesis, SCHEMA, Store};
pub use verify::{Audit, Stage};
