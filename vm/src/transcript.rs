//! The inference transcript: what a block commits about the networks that ran in it.
//!
//! Every inference that a transaction pays for is an entry, in order of execution, also where the
//! frame around it reverts later: it was computed, and auditors can check it. The list is committed
//! as one [EIP-7685](https://eips.ethereum.org/EIPS/eip-7685) request of type [`REQUEST_TYPE`], whose
//! data is the keccak-256 of the RLP list of entries. A block without inferences has no such request.

use alloy_primitives::{B256, keccak256};
use alloy_rlp::{RlpDecodable, RlpEncodable};
use isocortex_precompiles::Call;

/// EIP-7685 request type of the transcript commitment.
pub const REQUEST_TYPE: u8 = 0xc0;

/// One inference of a block.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, RlpEncodable, RlpDecodable, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Position of the transaction in the block, from 0.
    pub tx_index: u64,
    /// Position of the inference in the transaction, from 0.
    pub call_index: u64,
    /// Model id.
    pub model: B256,
    /// keccak-256 of the input bytes.
    pub input: B256,
    /// keccak-256 of the output bytes.
    pub output: B256,
    /// Gas that the inference was charged.
    pub gas: u64,
}

/// keccak-256 of the RLP list of `entries`: the data of the block's request.
pub fn commitment(entries: &[Entry]) -> B256 {
    let mut list = Vec::new();
    alloy_rlp::encode_list(entries, &mut list);
    keccak256(list)
}

/// Numbers a transaction's calls.
pub(crate) fn entries(tx_index: u64, calls: Vec<Call>) -> impl Iterator<Item = Entry> {
    (0u64..).zip(calls).map(move |(call_index, call)| Entry {
        tx_index,
        call_index,
        model: call.model,
        input: call.input,
        output: call.output,
        gas: call.gas,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;
    use alloy_rlp::Decodable;

    fn entry() -> Entry {
        Entry {
            tx_index: 1,
            call_index: 0,
            model: B256::repeat_byte(0x11),
            input: B256::repeat_byte(0x22),
            output: B256::repeat_byte(0x33),
            gas: 1000,
        }
    }

    #[test]
    fn entry_is_an_rlp_list_of_six() {
        // By hand from the RLP rules: 2 short integers, three 32-byte strings (0xa0), 1000 = 0x82 03e8;
        // 1 + 1 + 3 * 33 + 3 = 104 bytes = 0x68, a long list: 0xf8 0x68.
        let mut want = hex!("f8680180").to_vec();
        for byte in [0x11, 0x22, 0x33] {
            want.push(0xa0);
            want.extend([byte; 32]);
        }
        want.extend(hex!("8203e8"));
        assert_eq!(alloy_rlp::encode(entry()), want);
        assert_eq!(Entry::decode(&mut &want[..]), Ok(entry()));

        let mut list = hex!("f86a").to_vec();
        list.extend(&want);
        assert_eq!(commitment(&[entry()]), keccak256(&list));
    }

    #[test]
    fn empty_list_is_one_byte() {
        assert_eq!(commitment(&[]), keccak256([0xc0]));
    }
}
