//! The column families, their sealed values and RocksDB's settings. The table is in the crate's docs.

use alloy_primitives::hex;
use xxhash_rust::xxh3::Xxh3;

use crate::StateError;

/// A column family. The discriminant is the tag that enters every seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Column {
    Accounts = 1,
    Storage,
    Code,
    Blocks,
    BlockHashes,
    BlockNumbers,
    Receipts,
    Transcripts,
    Meta,
    HashedAccounts,
    HashedStorage,
    AccountTrie,
    StorageTrie,
    Changes,
    AccountHistory,
    StorageHistory,
}

pub(crate) const COLUMNS: [Column; 16] = [
    Column::Accounts,
    Column::Storage,
    Column::Code,
    Column::Blocks,
    Column::BlockHashes,
    Column::BlockNumbers,
    Column::Receipts,
    Column::Transcripts,
    Column::Meta,
    Column::HashedAccounts,
    Column::HashedStorage,
    Column::AccountTrie,
    Column::StorageTrie,
    Column::Changes,
    Column::AccountHistory,
    Column::StorageHistory,
];

const SEAL: usize = 8;

impl Column {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Storage => "storage",
            Self::Code => "code",
            Self::Blocks => "blocks",
            Self::BlockHashes => "block_hashes",
            Self::BlockNumbers => "block_numbers",
            Self::Receipts => "receipts",
            Self::Transcripts => "transcripts",
            Self::Meta => "meta",
            Self::HashedAccounts => "hashed_accounts",
            Self::HashedStorage => "hashed_storage",
            Self::AccountTrie => "account_trie",
            Self::StorageTrie => "storage_trie",
            Self::Changes => "changes",
            Self::AccountHistory => "account_history",
            Self::StorageHistory => "storage_history",
        }
    }

    fn checksum(self, key: &[u8], value: &[u8]) -> [u8; SEAL] {
        let mut hash = Xxh3::new();
        hash.update(&[self as u8]);
        hash.update(key);
        hash.update(value);
        hash.digest().to_be_bytes()
    }

    pub(crate) fn seal(self, key: &[u8], mut value: Vec<u8>) -> Vec<u8> {
        let sum = self.checksum(key, &value);
        value.extend_from_slice(&sum);
        value
    }

    /// The value without its seal, or the error that names the record.
    pub(crate) fn unseal<'a>(self, key: &[u8], sealed: &'a [u8]) -> Result<&'a [u8], StateError> {
        match sealed.split_last_chunk::<SEAL>() {
            Some((value, sum)) if *sum == self.checksum(key, value) => Ok(value),
            Some(_) => Err(self.corrupt(key, "checksum mismatch")),
            None => Err(self.corrupt(key, "shorter than its checksum")),
        }
    }

    pub(crate) fn corrupt(self, key: &[u8], reason: &'static str) -> StateError {
        StateError::Corrupt { column: self.name(), key: hex::encode(key), reason }
    }

    pub(crate) fn lost(self, key: &[u8]) -> StateError {
        StateError::Lost { column: self.name(), key: hex::encode(key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_binds_column_key_and_value() {
        let sealed = Column::Code.seal(b"key", b"value".to_vec());
        assert_eq!(Column::Code.unseal(b"key", &sealed).unwrap(), b"value");
        assert!(Column::Meta.unseal(b"key", &sealed).is_err());
        assert!(Column::Code.unseal(b"kez", &sealed).is_err());
        for bit in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Column::Code.unseal(b"key", &bad).is_err(), "bit {bit}");
        }
        for len in 0..sealed.len() {
            assert!(Column::Code.unseal(b"key", &sealed[..len]).is_err(), "length {len}");
        }
    }

    #[test]
    fn tags_names_and_order_are_one_to_one() {
        for (i, a) in COLUMNS.iter().enumerate() {
            assert_eq!(*a as usize, i + 1);
            assert!(COLUMNS[..i].iter().all(|b| a.name() != b.name()));
        }
    }
}
