//! The price list.

use isocortex_model::Cost;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU64;

/// Reaching a warm account or slot (EIP-2929).
pub(crate) const WARM: u64 = 100;
/// What reaching a cold account costs more.
pub(crate) const COLD_ACCOUNT: u64 = 2_500;
/// What reaching a cold slot costs more.
pub(crate) const COLD_SLOT: u64 = 2_000;
/// Writing a slot that is zero, once it has been reached (EIP-2200, EIP-2929).
const SET_SLOT: u64 = 20_000;
/// Writing a slot that is not zero, once it has been reached.
pub(crate) const RESET_SLOT: u64 = 2_900;
/// An event with `topics` and `bytes` of data.
pub(crate) const fn log(topics: u64, bytes: u64) -> u64 {
    375 + 375 * topics + 8 * bytes
}

/// What the precompiles cost beyond account and storage access, which cost what Ethereum's opcodes do.
/// A rule of the chain: in the genesis file under `config.isocortex.gas`, where every field must stand, so
/// that other defaults in a later release do not fork a chain.
///
/// The defaults are **provisional**: they are estimates for the AVX2 backend on one core against an EVM at
/// 100 million gas a second, and are replaced by calibrated ones.
///
/// All sums saturate, so that no record can wrap into a low price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GasSchedule {
    /// Any call of a precompile. 100.
    pub call: u64,
    /// Each word (32 bytes) of calldata, for decoding. 3, as for copying.
    pub calldata_word: u64,
    /// One inference, whatever the model. 2,000.
    pub inference: u64,
    /// Multiply-accumulates a gas. 256.
    pub macs_per_gas: NonZeroU64,
    /// Elements written, and steps of windows, a gas. 8.
    pub elements_per_gas: NonZeroU64,
    /// Bytes read and written by operations a gas. 64.
    pub bytes_per_gas: NonZeroU64,
    /// Bytes of weights a gas: what fetching a model that is not in memory costs, spread over all calls. 16.
    pub weight_bytes_per_gas: NonZeroU64,
    /// Each operation of the graph. 50.
    pub node: u64,
    /// Each byte of input, for hashing and moving. 1.
    pub input_byte: u64,
    /// Each byte of output, likewise. 1.
    pub output_byte: u64,
    /// A new chunk. 32,000, as for CREATE2.
    pub chunk: u64,
    /// Each byte of a new chunk's code (one more than its data). 200, as for deployed code.
    pub chunk_byte: u64,
    /// Each byte of a header at registration, for decoding. 16.
    pub header_byte: u64,
    /// Each byte of weights at registration, for hashing and moving. 1.
    pub weight_byte: u64,
    /// Each byte of a constant, for each operation that names it, at registration: what the check reads. 1.
    pub check_byte: u64,
    /// Each operation of the graph at registration. 500.
    pub check_node: u64,
    /// Highest royalty that an author may ask, in gas an inference. 5,000,000.
    pub max_royalty: u64,
}

impl Default for GasSchedule {
    fn default() -> Self {
        const fn per(n: u64) -> NonZeroU64 {
            match NonZeroU64::new(n) {
                Some(n) => n,
                None => NonZeroU64::MIN,
            }
        }
        Self {
            call: 100,
            calldata_word: 3,
            inference: 2_000,
            macs_per_gas: per(256),
            elements_per_gas: per(8),
            bytes_per_gas: per(64),
            weight_bytes_per_gas: per(16),
            node: 50,
            input_byte: 1,
            output_byte: 1,
            chunk: 32_000,
            chunk_byte: 200,
            header_byte: 16,
            weight_byte: 1,
            check_byte: 1,
            check_node: 500,
            max_royalty: 5_000_000,
        }
    }
}

impl GasSchedule {
    /// Price of one inference without royalty, from what a model's record says of it. Quotients are rounded
    /// up one by one.
    pub fn inference(&self, cost: &Cost, nodes: u32, input_len: u64, output_len: u64) -> u64 {
        [
            cost.macs.div_ceil(self.macs_per_gas.get()),
            cost.elements.div_ceil(self.elements_per_gas.get()),
            cost.bytes.div_ceil(self.bytes_per_gas.get()),
            cost.weights.div_ceil(self.weight_bytes_per_gas.get()),
            self.node.saturating_mul(nodes.into()),
            self.input_byte.saturating_mul(input_len),
            self.output_byte.saturating_mul(output_len),
        ]
        .into_iter()
        .fold(self.inference, u64::saturating_add)
    }

    /// Price of any call with so much calldata.
    pub(crate) fn call(&self, calldata: usize) -> u64 {
        self.call.saturating_add(self.calldata_word.saturating_mul(words(calldata)))
    }

    /// Price of storing a new chunk with so much data.
    pub(crate) fn new_chunk(&self, data: usize) -> u64 {
        self.chunk.saturating_add(self.chunk_byte.saturating_mul((data as u64).saturating_add(1)))
    }

    /// Price of a model's check and record once its header is known; its chunks' accounts come on top.
    /// `named` is the sum, over nodes, of the bytes of the constants that they name.
    pub(crate) fn register(&self, nodes: usize, weights: u64, named: u64) -> u64 {
        [
            self.check_node.saturating_mul(nodes as u64),
            self.weight_byte.saturating_mul(weights),
            self.check_byte.saturating_mul(named),
            // Each slot set, and all but the first, which has been looked at, reached cold.
            (SET_SLOT + WARM + COLD_SLOT) * crate::record::SLOTS as u64 - WARM - COLD_SLOT,
            log(3, 4 * 32),
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }
}

/// KECCAK256 of so many bytes.
pub(crate) const fn keccak(bytes: usize) -> u64 {
    30u64.saturating_add(6u64.saturating_mul(words(bytes)))
}

const fn words(bytes: usize) -> u64 {
    bytes.div_ceil(32) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn price_by_hand() {
        let cost = Cost { macs: 257, elements: 9, bytes: 65, peak: 1 << 20, weights: 17 };
        // 2000 + ceil(257/256) + ceil(9/8) + ceil(65/64) + ceil(17/16) + 3·50 + 784 + 20
        assert_eq!(
            GasSchedule::default().inference(&cost, 3, 784, 20),
            2000 + 2 + 2 + 2 + 2 + 150 + 784 + 20
        );
    }

    #[test]
    fn nothing_wraps() {
        let huge = Cost { macs: u64::MAX, elements: u64::MAX, bytes: u64::MAX, peak: 0, weights: u64::MAX };
        let gas = GasSchedule { inference: u64::MAX, node: u64::MAX, ..GasSchedule::default() };
        assert_eq!(gas.inference(&huge, u32::MAX, u64::MAX, u64::MAX), u64::MAX);
        assert_eq!(GasSchedule { check_byte: u64::MAX, ..gas }.register(4096, 1 << 30, 1 << 42), u64::MAX);
    }

    #[test]
    fn a_full_chunk_fits_a_transaction() {
        // EIP-7825 caps a transaction at 2^24 gas. 21,000, and calldata of selector, offset, length and
        // data at 16 a byte, are charged before the precompile is reached (EIP-2028):
        // 21,000 + 1,049,664 + (100 + 3 · 2,051) + (30 + 6 · 2,048) + 2,600 + (32,000 + 200 · 65,537).
        let data = 65_536;
        let gas = GasSchedule::default();
        let calldata = 4 + 64 + data;
        let total = 21_000
            + 16 * calldata as u64
            + gas.call(calldata)
            + keccak(data)
            + WARM
            + COLD_ACCOUNT
            + gas.new_chunk(data);
        assert!(total < 1 << 24, "{total}");
        assert_eq!(total, 14_231_235);
    }

    #[test]
    fn json_has_every_field_and_no_zero_divisors() {
        let whole = serde_json::to_value(GasSchedule::default()).unwrap();
        let with = |key: &str, value: Option<u64>| {
            let mut json = whole.clone();
            let fields = json.as_object_mut().unwrap();
            match value {
                Some(value) => fields.insert(key.into(), value.into()),
                None => fields.remove(key),
            };
            serde_json::from_value::<GasSchedule>(json)
        };
        let dear = GasSchedule { macs_per_gas: NonZeroU64::new(64).unwrap(), ..GasSchedule::default() };
        assert_eq!(with("macsPerGas", Some(64)).unwrap(), dear);
        assert!(with("macsPerGas", Some(0)).is_err());
        assert!(with("macsPerGas", None).is_err());
        assert!(with("macsperGas", Some(1)).is_err());
    }
}
