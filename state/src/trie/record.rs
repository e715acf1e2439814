//! A stored subtree: of two leaves or more, under the path where it begins.

use alloy_primitives::Bytes;
use alloy_trie::{
    Nibbles, TrieMask,
    nodes::{BranchNodeRef, ExtensionNodeRef, RlpNode},
};

/// What hangs at one place of a branch, as the branch refers to it: by hash, or whole where that is shorter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Child {
    #[default]
    None,
    Leaf(RlpNode),
    /// Two leaves or more; they have a record of their own.
    Subtree(RlpNode),
}

/// By nibble. Boxed, for it is moved about.
pub(crate) type Children = Box<[Child; 16]>;

/// A branch, and the extension before it, which may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) extension: Nibbles,
    pub(crate) children: Children,
}

impl Record {
    /// Masks of children and of leaves among them (2 bytes each), length of the extension (1), its nibbles
    /// (1 each), and the children's references, which are RLP and so say their own lengths.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let (mut all, mut leaves) = (0u16, 0u16);
        for (bit, child) in self.children.iter().enumerate() {
            all |= u16::from(!matches!(child, Child::None)) << bit;
            leaves |= u16::from(matches!(child, Child::Leaf(_))) << bit;
        }
        let mut bytes = Vec::with_capacity(6 + 33 * 16);
        bytes.extend(all.to_be_bytes());
        bytes.extend(leaves.to_be_bytes());
        bytes.extend(u8::try_from(self.extension.len()));
        bytes.extend(self.extension.iter());
        for child in self.children.iter() {
            if let Child::Leaf(node) | Child::Subtree(node) = child {
                bytes.extend_from_slice(node.as_slice());
            }
        }
        bytes
    }

    /// `None` for what no record is encoded as.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let ([a, b, c, d, length], rest) = bytes.split_first_chunk::<5>()?;
        let (all, leaves) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
        let (extension, mut rest) = rest.split_at_checked(usize::from(*length))?;
        if leaves & !all != 0 || all.count_ones() < 2 || *length > 63 || extension.iter().any(|n| *n > 15) {
            return None;
        }
        let mut children = Children::default();
        for (bit, child) in children.iter_mut().enumerate().filter(|(bit, _)| all >> bit & 1 == 1) {
            let length = match rest.first()? {
                0xa0 => 33,
                byte @ 0xc1..=0xde => usize::from(byte - 0xc0) + 1,
                _ => return None,
            };
            let (node, others) = rest.split_at_checked(length)?;
            let node = RlpNode::from_raw(node)?;
            *child = if leaves >> bit & 1 == 1 { Child::Leaf(node) } else { Child::Subtree(node) };
            rest = others;
        }
        rest.is_empty().then(|| Self { extension: Nibbles::from_nibbles(extension), children })
    }

    /// How a parent refers to it.
    pub(crate) fn reference(&self) -> RlpNode {
        let mut buffer = Vec::with_capacity(544);
        let branch = self.branch(&mut buffer);
        if self.extension.is_empty() {
            return branch;
        }
        buffer.clear();
        ExtensionNodeRef::new(&self.extension, &branch).rlp(&mut buffer)
    }

    /// The extension, if there is one, and the branch, in RLP.
    pub(crate) fn nodes(&self) -> (Option<Bytes>, Bytes) {
        let (mut branch, mut extension) = (vec![], vec![]);
        let reference = self.branch(&mut branch);
        if self.extension.is_empty() {
            return (None, branch.into());
        }
        ExtensionNodeRef::new(&self.extension, &reference).rlp(&mut extension);
        (Some(extension.into()), branch.into())
    }

    fn branch(&self, buffer: &mut Vec<u8>) -> RlpNode {
        let (mut stack, mut mask) = (Vec::with_capacity(16), 0u16);
        for (bit, child) in self.children.iter().enumerate() {
            if let Child::Leaf(node) | Child::Subtree(node) = child {
                stack.push(node.clone());
                mask |= 1 << bit;
            }
        }
        BranchNodeRef::new(&stack, TrieMask::new(mask)).rlp(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

    #[test]
    fn records_come_back_and_nonsense_does_not() {
        let mut children = Children::default();
        children[3] = Child::Leaf(RlpNode::word_rlp(&B256::repeat_byte(1)));
        children[7] = Child::Subtree(RlpNode::word_rlp(&B256::repeat_byte(2)));
        children[15] = Child::Leaf(RlpNode::from_raw(&[0xc2, 0x20, 0x05]).unwrap());
        let record = Record { extension: Nibbles::from_nibbles([1, 2, 15]), children };
        let bytes = record.encode();
        assert_eq!(Record::decode(&bytes), Some(record));
        for length in 0..bytes.len() {
            assert_eq!(Record::decode(&bytes[..length]), None, "{length}");
        }
        // A child more, a leaf that is no child, one more nibble, a nibble of five bits, no reference.
        for (at, bit) in [(0, 1), (3, 1), (4, 1), (5, 0x10), (8, 1)] {
            let mut bad = bytes.clone();
            bad[at] ^= bit;
            assert_eq!(Record::decode(&bad), None, "{at}");
        }
    }
}
