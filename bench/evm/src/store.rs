//! A block on the store: executed from it, its roots, and onto the disk.

use crate::{
    Chain, Workload,
    timing::{processor, wall},
};
use alloy_consensus::{Block, BlockBody, constants::EMPTY_OMMER_ROOT_HASH};
use alloy_primitives::{B256, keccak256};
use isocortex_state::{BlockCommit, Genesis, StateChanges, Store};
use revm::database_interface::WrapDatabaseRef;
use std::{path::Path, time::Duration};

/// Times of the three parts.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// Processor time of the executing thread.
    pub execution: Duration,
    /// The state root with what is to be written, the receipts' root, the bloom: time passed.
    pub roots: Duration,
    /// RLP of block and receipts, and the batch until it is on the device: time passed.
    pub commit: Duration,
}

impl Parts {
    /// All of it.
    pub fn sum(&self) -> Duration {
        self.execution + self.roots + self.commit
    }
}

/// Takes the block through a fresh store in an empty directory below `dir`.
///
/// # Panics
/// Where the disk fails.
pub fn run(chain: &Chain, load: &Workload, dir: &Path) -> Parts {
    let dir = tempfile::tempdir_in(dir).unwrap();
    let genesis = Genesis { hash: B256::ZERO, block_rlp: &[], spec: b"{}", alloc: &load.world.alloc() };
    let store = Store::create(dir.path(), &genesis).unwrap();
    let transactions = load.transactions.iter().map(|tx| tx.inner().clone()).collect();
    let body = BlockBody { transactions, ommers: vec![], withdrawals: Some(Default::default()) };
    let header = &chain.header;
    let (output, execution) = processor(|| {
        chain.vm.execute_block(WrapDatabaseRef(&store), header, Some(&[]), &load.transactions).unwrap()
    });
    let ((header, state), roots) = wall(|| {
        let state = store.prepare(&StateChanges::from(&output.bundle)).unwrap();
        let mut header = header.clone();
        header.ommers_hash = EMPTY_OMMER_ROOT_HASH;
        header.state_root = state.root();
        header.receipts_root = output.receipts_root();
        header.logs_bloom = output.logs_bloom();
        (header, state)
    });
    let block = Block { header, body };
    let (_, commit) = wall(|| {
        let mut receipts_rlp = vec![];
        alloy_rlp::encode_list(&output.receipts, &mut receipts_rlp);
        let block_rlp = alloy_rlp::encode(&block);
        let hash = keccak256(&block_rlp);
        let commit = BlockCommit {
            number: 1,
            hash,
            block_rlp: &block_rlp,
            receipts_rlp: &receipts_rlp,
            transcript: &[],
            state,
        };
        store.commit(commit).unwrap()
    });
    Parts { execution, roots, commit }
}
