//! What an export claims and execution does not confirm.

use crate::{
    chain::gas_of_each,
    record::{BlockRecord, TxRecord},
};
use alloy_consensus::ReceiptEnvelope;
use isocortex_consensus::Block;
use isocortex_vm::Entry;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The first thing that the export claims and execution does not confirm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The block's number.
    pub block: u64,
    /// Position of the transaction in the block, from 0.
    pub transaction: Option<u64>,
    /// Position of the inference in the transaction, from 0.
    pub call: Option<u64>,
    /// What was compared: "output digest", "gas", "state root", …
    pub what: String,
    /// What the export says.
    pub exported: String,
    /// What execution gave.
    pub computed: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block {}", self.block)?;
        if let Some(transaction) = self.transaction {
            write!(f, ", transaction {transaction}")?;
        }
        if let Some(call) = self.call {
            write!(f, ", call {call}")?;
        }
        write!(f, ": {} is {} in the export, execution gives {}", self.what, self.exported, self.computed)
    }
}

/// A place in a chain.
#[derive(Clone, Copy, Debug, Default)]
pub struct At {
    /// The block's number.
    pub block: u64,
    /// Position of the transaction in it.
    pub transaction: Option<u64>,
    /// Position of the inference in that.
    pub call: Option<u64>,
}

impl At {
    /// A difference where the two are not equal.
    pub fn unequal<T: PartialEq + fmt::Display>(
        self,
        what: &str,
        exported: &T,
        computed: &T,
    ) -> Option<Difference> {
        (exported != computed).then(|| self.difference(what, exported, computed))
    }

    /// A difference.
    pub fn difference(
        self,
        what: &str,
        exported: impl fmt::Display,
        computed: impl fmt::Display,
    ) -> Difference {
        Difference {
            block: self.block,
            transaction: self.transaction,
            call: self.call,
            what: what.into(),
            exported: exported.to_string(),
            computed: computed.to_string(),
        }
    }
}

/// Compares each inference and each transaction.
pub fn results(
    record: &BlockRecord,
    block: &Block,
    receipts: &[ReceiptEnvelope],
    transcript: &[Entry],
) -> Option<Difference> {
    let at = At { block: record.number, ..At::default() };
    for (ours, theirs) in transcript.iter().zip(&record.transcript) {
        let call = At { transaction: Some(ours.tx_index), call: Some(ours.call_index), ..at };
        let place = |entry: &Entry| format!("transaction {}, call {}", entry.tx_index, entry.call_index);
        let difference = call
            .unequal("the place", &place(theirs), &place(ours))
            .or_else(|| call.unequal("model", &theirs.model, &ours.model))
            .or_else(|| call.unequal("input digest", &theirs.input, &ours.input))
            .or_else(|| call.unequal("output digest", &theirs.output, &ours.output))
            .or_else(|| call.unequal("gas", &theirs.gas, &ours.gas));
        if difference.is_some() {
            return difference;
        }
    }
    let count = at.unequal("the number of inferences", &record.transcript.len(), &transcript.len());
    if count.is_some() {
        return count;
    }
    let computed = block.body.transactions.iter().zip(receipts).zip(gas_of_each(receipts));
    let computed = computed.map(|((tx, receipt), gas_used)| TxRecord {
        hash: *tx.tx_hash(),
        gas_used,
        success: receipt.status(),
    });
    for ((index, ours), theirs) in (0..).zip(computed).zip(&record.transactions) {
        let at = At { transaction: Some(index), ..at };
        let difference = at
            .unequal("hash", &theirs.hash, &ours.hash)
            .or_else(|| at.unequal("gas", &theirs.gas_used, &ours.gas_used))
            .or_else(|| at.unequal("success", &theirs.success, &ours.success));
        if difference.is_some() {
            return difference;
        }
    }
    at.unequal("the number of transactions", &record.transactions.len(), &block.body.transactions.len())
}
