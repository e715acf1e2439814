//! Stored branches as bytes: three masks of two bytes, then the hashes.

use alloy_primitives::B256;
use alloy_trie::{BranchNodeCompact, TrieMask};

pub(crate) fn encode_node(node: &BranchNodeCompact) -> Vec<u8> {
    let masks = [node.state_mask, node.tree_mask, node.hash_mask];
    let masks = masks.iter().flat_map(|mask| mask.get().to_be_bytes());
    masks.chain(node.hashes.iter().flat_map(|hash| hash.0)).collect()
}

/// `None` for what no branch is encoded as.
pub(crate) fn decode_node(bytes: &[u8]) -> Option<BranchNodeCompact> {
    let (masks, hashes) = bytes.split_first_chunk::<6>()?;
    let [a, b, c, d, e, f] = *masks;
    let [state, tree, hash] = [[a, b], [c, d], [e, f]].map(u16::from_be_bytes);
    let (hashes, rest) = hashes.as_chunks::<32>();
    let sound = rest.is_empty()
        && (tree | hash) & !state == 0
        && state.count_ones() >= 2
        && hash.count_ones() as usize == hashes.len();
    let hashes = hashes.iter().map(|hash| B256::from(*hash)).collect();
    sound.then(|| {
        BranchNodeCompact::new(TrieMask::new(state), TrieMask::new(tree), TrieMask::new(hash), hashes, None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_come_back_and_nonsense_does_not() {
        let hashes = vec![B256::repeat_byte(1), B256::repeat_byte(2)];
        let node = BranchNodeCompact::new(0b1011, 0b0001, 0b0011, hashes, None);
        let bytes = encode_node(&node);
        assert_eq!(decode_node(&bytes), Some(node));
        assert_eq!(decode_node(&bytes[..bytes.len() - 1]), None);
        assert_eq!(decode_node(&bytes[..5]), None);
        for (at, bit) in [(1, 0b0001), (3, 0b0100), (5, 0b0100)] {
            let mut bad = bytes.clone();
            bad[at] ^= bit;
            assert_eq!(decode_node(&bad), None, "{at}");
        }
    }
}
