//! A block's body against its header.

use super::MAX_BLOCK_BYTES;
use crate::{Block, Invalid};
use alloy_consensus::{TxEip4844Variant, TxEnvelope, proofs};
use alloy_rlp::Encodable;
use isocortex_vm::{ChainSpec, Rejection};
use revm::primitives::hardfork::SpecId;

/// The rules on the lists that `block` carries. The header was found fit for its fork.
pub(super) fn check(spec: &ChainSpec, block: &Block) -> Result<(), Invalid> {
    let (h, body) = (&block.header, &block.body);
    let fork = spec.rules_at(h.timestamp, h.number).fork;
    if fork.is_enabled_in(SpecId::MERGE) {
        Invalid::expect("ommers", body.ommers.len(), 0)?;
    }
    Invalid::expect("ommers hash", h.ommers_hash, proofs::calculate_ommers_root(&body.ommers))?;
    let root = proofs::calculate_transaction_root(&body.transactions);
    Invalid::expect("transactions root", h.transactions_root, root)?;
    match (&body.withdrawals, h.withdrawals_root) {
        (Some(withdrawals), Some(root)) => {
            let computed = proofs::calculate_withdrawals_root(withdrawals);
            Invalid::expect("withdrawals root", root, computed)?;
            // They make ether of nothing. On Ethereum a beacon chain answers for them; elsewhere the spec says.
            if !spec.withdrawals() {
                Invalid::expect("withdrawals", withdrawals.len(), 0)?;
            }
        }
        (None, None) => {}
        (Some(_), None) => return Err(Invalid::Malformed("a withdrawals list before Shanghai".into())),
        (None, Some(_)) => return Err(Invalid::Malformed("no withdrawals list".into())),
    }
    if fork.is_enabled_in(SpecId::OSAKA) {
        let size = block.length();
        let rule = format_args!("at most {MAX_BLOCK_BYTES} bytes");
        Invalid::bound("size", size <= MAX_BLOCK_BYTES, size, rule)?;
    }
    for (index, tx) in body.transactions.iter().enumerate() {
        let refuse = |reason| Err(Invalid::Transaction { index, reason });
        if has_sidecar(tx) {
            return refuse(Rejection::Sidecar);
        }
        if !fork.is_enabled_in(SpecId::SPURIOUS_DRAGON)
            && tx.as_legacy().is_some_and(|tx| tx.tx().chain_id.is_some())
        {
            return refuse(Rejection::Protected);
        }
    }
    Ok(())
}

/// A blob transaction travels with its sidecar, but is in a block without.
pub(crate) fn has_sidecar(tx: &TxEnvelope) -> bool {
    tx.as_eip4844().is_some_and(|tx| matches!(tx.tx(), TxEip4844Variant::TxEip4844WithSidecar(_)))
}
