//! How big a store is.

use serde::Serialize;

use crate::{History, StateError, Store, column::COLUMNS};

/// One column's size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnStats {
    /// Its name.
    pub column: &'static str,
    /// Records, as RocksDB estimates them.
    pub records: u64,
    /// Bytes in table files; what is only in the log yet is not in it.
    pub bytes: u64,
}

/// What a store holds: see [`Store::stats`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Past states that are kept.
    pub history: History,
    /// The first block whose state is kept.
    pub first: u64,
    /// Each column.
    pub columns: Vec<ColumnStats>,
    /// Bytes that are in memory alone or in the log.
    pub unflushed: u64,
}

impl Store {
    /// Sizes, at once and without reading the records.
    ///
    /// # Errors
    /// What RocksDB says.
    pub fn stats(&self) -> Result<Stats, StateError> {
        let (history, first) = self.history();
        let mut stats = Stats { history, first, columns: vec![], unflushed: 0 };
        for column in COLUMNS {
            let family = self.family(column)?;
            let number =
                |name: &str| Ok::<_, StateError>(self.db.property_int_value_cf(family, name)?.unwrap_or(0));
            stats.columns.push(ColumnStats {
                column: column.name(),
                records: number("rocksdb.estimate-num-keys")?,
                bytes: number("rocksdb.total-sst-files-size")?,
            });
            stats.unflushed = stats.unflushed.saturating_add(number("rocksdb.cur-size-all-mem-tables")?);
        }
        Ok(stats)
    }
}
