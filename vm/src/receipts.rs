//! Receipts as alloy-evm's own builder makes them, with fewer hashes: a block's logs come from few
//! addresses, under few events, and often of the same accounts.

use alloy_consensus::{Eip658Value, Receipt, ReceiptEnvelope, ReceiptWithBloom, TxEnvelope, TxType};
use alloy_evm::{
    Evm,
    eth::receipt_builder::{ReceiptBuilder, ReceiptBuilderCtx},
};
use alloy_primitives::{
    Address, B256, Bloom, Log, keccak256,
    map::{AddressMap, B256Map},
};
use std::cell::RefCell;

/// Hashes that one block remembers of addresses, and as many of topics: 2 MiB.
const REMEMBERED: usize = 1 << 14;

/// Builds the receipts of one block.
#[derive(Debug, Default)]
pub struct Receipts(RefCell<Hashes>);

impl ReceiptBuilder for Receipts {
    type Transaction = TxEnvelope;
    type Receipt = ReceiptEnvelope;

    fn build_receipt<E: Evm>(&self, ctx: ReceiptBuilderCtx<'_, TxType, E>) -> ReceiptEnvelope {
        let status = Eip658Value::Eip658(ctx.result.is_success());
        let logs = ctx.result.into_logs();
        let logs_bloom = self.0.borrow_mut().bloom(&logs);
        let receipt = Receipt { status, cumulative_gas_used: ctx.cumulative_gas_used, logs };
        let receipt = ReceiptWithBloom { receipt, logs_bloom };
        match ctx.tx_type {
            TxType::Legacy => ReceiptEnvelope::Legacy(receipt),
            TxType::Eip2930 => ReceiptEnvelope::Eip2930(receipt),
            TxType::Eip1559 => ReceiptEnvelope::Eip1559(receipt),
            TxType::Eip4844 => ReceiptEnvelope::Eip4844(receipt),
            TxType::Eip7702 => ReceiptEnvelope::Eip7702(receipt),
        }
    }
}

/// keccak-256 of what stood in logs.
#[derive(Debug, Default)]
struct Hashes {
    addresses: AddressMap<B256>,
    topics: B256Map<B256>,
}

impl Hashes {
    fn bloom(&mut self, logs: &[Log]) -> Bloom {
        let mut bloom = Bloom::ZERO;
        for log in logs {
            bloom.m3_2048_hashed(&self.address(log.address));
            for topic in log.topics() {
                bloom.m3_2048_hashed(&self.topic(*topic));
            }
        }
        bloom
    }

    fn address(&mut self, address: Address) -> B256 {
        if self.addresses.len() < REMEMBERED {
            *self.addresses.entry(address).or_insert_with(|| keccak256(address))
        } else {
            self.addresses.get(&address).copied().unwrap_or_else(|| keccak256(address))
        }
    }

    fn topic(&mut self, topic: B256) -> B256 {
        if self.topics.len() < REMEMBERED {
            *self.topics.entry(topic).or_insert_with(|| keccak256(topic))
        } else {
            self.topics.get(&topic).copied().unwrap_or_else(|| keccak256(topic))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Bytes, logs_bloom};

    #[test]
    fn bloom_is_that_of_the_logs_whatever_is_remembered() {
        let log = |n: usize| {
            let topic = |k: usize| B256::left_padding_from(&((n * k) % 50_000).to_be_bytes());
            let address = Address::left_padding_from(&((n * 7) % 20_000).to_be_bytes());
            Log::new_unchecked(address, (0..n % 5).map(topic).collect(), Bytes::new())
        };
        let mut hashes = Hashes::default();
        for n in 0..30_000 {
            let logs = [log(n), log(n / 3)];
            assert_eq!(hashes.bloom(&logs), logs_bloom(&logs), "{n}");
        }
        assert_eq!((hashes.addresses.len(), hashes.topics.len()), (REMEMBERED, REMEMBERED));
    }
}
