//! The Solidity ABI, read from the very interface files that contracts import.

#![allow(missing_docs, clippy::too_many_arguments, reason = "generated")]

use crate::error::Stop;
use alloy_sol_types::{SolCall, SolError, abi::AbiDecoderConfig, sol};

sol!("solidity/IModelRegistry.sol");
sol!("solidity/IInference.sol");
sol!(
    /// The example contract, with its bytecode.
    Classifier,
    "solidity/out/Classifier.json"
);

/// Decodes arguments in strict ABI encoding: offsets in order, no overlaps, no gaps, no dirty padding,
/// nothing behind the end. So a call has one form, and decoding takes time and memory linear in its length.
pub(crate) fn arguments<C: SolCall>(data: &[u8]) -> Result<C, Stop> {
    C::abi_decode_raw_with_config(data, AbiDecoderConfig::new().strict(true)).map_err(|_| bad_calldata())
}

/// Splits calldata into selector and arguments.
pub(crate) fn selector(data: &[u8]) -> Result<([u8; 4], &[u8]), Stop> {
    data.split_first_chunk::<4>().map(|(selector, rest)| (*selector, rest)).ok_or_else(bad_calldata)
}

/// The decoder's own words are left out: they could change with its version, and contracts see them.
pub(crate) fn bad_calldata() -> Stop {
    revert(IInference::BadCalldata {})
}

/// A revert with a typed error.
pub(crate) fn revert(error: impl SolError) -> Stop {
    Stop::Revert(error.abi_encode().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{B256, Bytes, hex};

    fn refused(data: &[u8]) -> bool {
        arguments::<IInference::inferBatchCall>(data).is_err()
    }

    #[test]
    fn errors_common_to_both_interfaces_have_the_same_bytes() {
        assert_eq!(IInference::BadCalldata {}.abi_encode(), IModelRegistry::BadCalldata {}.abi_encode());
        assert_eq!(IInference::DelegateCall {}.abi_encode(), IModelRegistry::DelegateCall {}.abi_encode());
        assert_eq!(IInference::NonPayable {}.abi_encode(), IModelRegistry::NonPayable {}.abi_encode());
    }

    #[test]
    fn selectors() {
        // From the list in solc's `evm.methodIdentifiers`.
        assert_eq!(IInference::inferCall::SELECTOR, hex!("54616cd8"));
        assert_eq!(IInference::inferBatchCall::SELECTOR, hex!("1fe6df1f"));
        assert_eq!(IModelRegistry::putChunkCall::SELECTOR, hex!("1cd7f55e"));
        assert_eq!(IModelRegistry::registerCall::SELECTOR, hex!("e1fa8e84"));
    }

    #[test]
    fn only_the_strict_form_decodes() {
        let inputs = vec![Bytes::from_static(&[1; 33]), Bytes::from_static(&[2; 3])];
        let call = IInference::inferBatchCall { model: B256::repeat_byte(9), inputs };
        let mut good = vec![];
        call.abi_encode_raw(&mut good);
        assert_eq!(arguments::<IInference::inferBatchCall>(&good).unwrap().inputs, call.inputs);

        // model, offset, count, offset 0, offset 1, length 33, …: words 0, 1, 2, 3, 4, 5
        for word in [1, 2, 3, 4, 5] {
            for value in [0u8, 1, 31, 33, 0xff] {
                let mut bad = good.clone();
                let at = 32 * word + 31;
                if bad[at] != value {
                    bad[at] = value;
                    assert!(refused(&bad), "word {word} = {value}");
                }
                let mut huge = good.clone();
                huge[32 * word..32 * word + 32].fill(0xff);
                assert!(refused(&huge), "word {word} huge");
            }
        }
        assert!(refused(&[&good[..], &[0; 32]].concat()), "trailing bytes");
        assert!(refused(&good[..good.len() - 1]), "cut");
        let mut dirty = good.clone();
        *dirty.last_mut().unwrap() = 1;
        assert!(refused(&dirty), "padding");
        // Both elements at the same place: the way to make a short call decode into a long one.
        let mut shared = good;
        let first: [u8; 32] = shared[96..128].try_into().unwrap();
        shared[128..160].copy_from_slice(&first);
        assert!(refused(&shared));
    }
}
