//! One database type for the EVM, whatever stores the state.
//!
//! The EVM is generic over its database, and every instance costs half a minute to compile. Behind
//! [`AnyDatabase`] it is compiled once, in this crate; the price is one indirect call a cold access.

use crate::NodeFault;
use alloy_primitives::{Address, B256, U256};
use revm::{Database, bytecode::Bytecode, database_interface::DBErrorMarker, state::AccountInfo};
use std::fmt;

/// A [`NodeFault`] as thin as a pointer. It shares its place with every account that the EVM reads, and with a
/// string there the compiler copied each account in overlapping pieces: a tenth of a transfer's time.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadFault(Box<NodeFault>);

impl DBErrorMarker for ReadFault {}

/// The state before the block, behind one type.
pub struct AnyDatabase<'a>(Box<dyn Database<Error = ReadFault> + 'a>);

impl<'a> AnyDatabase<'a> {
    /// Wraps any source of state. Its errors become this node's faults.
    pub fn new(source: impl Database + 'a) -> Self {
        Self(Box::new(Named(source)))
    }
}

impl fmt::Debug for AnyDatabase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyDatabase")
    }
}

impl Database for AnyDatabase<'_> {
    type Error = ReadFault;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, ReadFault> {
        self.0.basic(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, ReadFault> {
        self.0.code_by_hash(code_hash)
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, ReadFault> {
        self.0.storage(address, index)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, ReadFault> {
        self.0.block_hash(number)
    }
}

/// Turns the source's own error into a fault that says what was being read.
struct Named<DB>(DB);

#[cold]
fn fault(what: impl fmt::Display, error: impl fmt::Display) -> ReadFault {
    ReadFault(Box::new(NodeFault(format!("reading {what}: {error}"))))
}

impl<DB: Database> Database for Named<DB> {
    type Error = ReadFault;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, ReadFault> {
        self.0.basic(address).map_err(|error| fault(format_args!("account {address}"), error))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, ReadFault> {
        self.0.code_by_hash(code_hash).map_err(|error| fault(format_args!("code {code_hash}"), error))
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, ReadFault> {
        self.0
            .storage(address, index)
            .map_err(|error| fault(format_args!("slot {index:#x} of {address}"), error))
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, ReadFault> {
        self.0.block_hash(number).map_err(|error| fault(format_args!("hash of block {number}"), error))
    }
}
