//! What a store stands at.

use alloy_primitives::B256;

use crate::{History, column::Column, commit::Op};

/// The last block of the store, whose post-state the store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Block number; 0 is genesis.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// State root after the block.
    pub state_root: B256,
}

impl Head {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&self.number.to_be_bytes()[..], self.hash.as_slice(), self.state_root.as_slice()].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (number, rest) = bytes.split_first_chunk::<8>()?;
        let (hash, rest) = rest.split_first_chunk::<32>()?;
        let state_root = rest.try_into().ok()?;
        Some(Self { number: u64::from_be_bytes(*number), hash: hash.into(), state_root })
    }

    /// The records by which the block is found.
    pub(crate) fn ops(&self) -> [Op; 2] {
        let number = self.number.to_be_bytes();
        let both = [self.hash.as_slice(), self.state_root.as_slice()].concat();
        [
            Op::put(Column::BlockHashes, &number, &both),
            Op::put(Column::BlockNumbers, self.hash.as_slice(), &number),
        ]
    }
}

/// What every batch leaves a store at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    pub(crate) head: Head,
    pub(crate) history: History,
    /// The first block whose state is kept.
    pub(crate) first: u64,
}
