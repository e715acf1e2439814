//! The column families, their sealed values and RocksDB's settings. The table is in the crate's docs.

use alloy_primitives::hex;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, Env, LogLevel, Options, WriteOptions,
};
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
}

pub(crate) const COLUMNS: [Column; 9] = [
    Column::Accounts,
    Column::Storage,
    Column::Code,
    Column::Blocks,
    Column::BlockHashes,
    Column::BlockNumbers,
    Column::Receipts,
    Column::Transcripts,
    Column::Meta,
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

pub(crate) const MIB: usize = 1 << 20;

/// Settings of the database. Write-ahead log: as by default, a log that ends in a torn record (power
/// loss) is replayed up to there; blocks were synced before they were acknowledged, so none is lost.
pub(crate) fn database_options(create: bool) -> Options {
    let mut options = Options::default();
    options.create_if_missing(create);
    options.create_missing_column_families(create);
    options.set_paranoid_checks(true);
    options.set_track_and_verify_wals_in_manifest(true);
    // Memory stays bounded whatever the chain's size: memtables, log, and the shared cache below.
    options.set_db_write_buffer_size(64 * MIB);
    options.set_max_total_wal_size(128 * MIB as u64);
    options.set_max_open_files(512);
    options.set_keep_log_file_num(2);
    options.set_max_log_file_size(MIB);
    options
}

/// Settings of one column. `cache` is shared by all columns of a store.
pub(crate) fn column_options(column: Column, cache: &Cache) -> Options {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_cache(cache);
    blocks.set_cache_index_and_filter_blocks(true);
    if matches!(column, Column::Accounts | Column::Storage | Column::Code) {
        // About one lookup in a hundred for an absent key reads a block.
        blocks.set_bloom_filter(10.0, false);
    }
    let mut options = Options::default();
    options.set_block_based_table_factory(&blocks);
    options.set_write_buffer_size(16 * MIB);
    options.set_compression_type(DBCompressionType::Lz4);
    options
}

/// Settings of a database in memory: small buffers, so that thousands of them can be made and dropped.
pub(crate) fn in_memory() -> Result<(Options, Vec<ColumnFamilyDescriptor>), StateError> {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_env(&Env::mem_env()?);
    options.set_log_level(LogLevel::Header);
    options.set_wal_bytes_per_sync(0);
    let mut blocks = BlockBasedOptions::default();
    blocks.disable_cache();
    let families = COLUMNS.map(|column| {
        let mut options = Options::default();
        options.set_block_based_table_factory(&blocks);
        // Small enough that what resets have deleted is soon compacted away.
        options.set_write_buffer_size(256 << 10);
        options.set_arena_block_size(8 << 10);
        ColumnFamilyDescriptor::new(column.name(), options)
    });
    Ok((options, families.into()))
}

/// Every batch is on the device before it is acknowledged.
pub(crate) fn synced() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options
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
