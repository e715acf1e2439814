//! RocksDB's settings.

use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, Env, LogLevel, Options, WriteOptions,
};

use crate::{
    StateError,
    column::{COLUMNS, Column},
};

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
    if matches!(
        column,
        Column::Accounts | Column::Storage | Column::Code | Column::AccountTrie | Column::StorageTrie
    ) {
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
