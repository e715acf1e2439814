//! RocksDB in a chain's directory, and its errors in an operator's words.

use std::path::Path;

use rocksdb::{Cache, ColumnFamilyDescriptor, DB, Error, ErrorKind};

use crate::{
    StateError,
    column::COLUMNS,
    options::{MIB, column_options, database_options},
};

/// A chain's directory is RocksDB's alone: nothing is to be mixed with files of somebody else's.
pub(crate) fn refuse_foreign(path: &Path) -> Result<(), StateError> {
    // The last one is where a file system is mounted.
    const NAMES: [&str; 4] = ["CURRENT", "IDENTITY", "LOCK", "lost+found"];
    const PREFIXES: [&str; 3] = ["LOG", "MANIFEST-", "OPTIONS-"];
    const SUFFIXES: [&str; 3] = [".log", ".sst", ".dbtmp"];
    let io = |source| StateError::Io { path: path.into(), source };
    for entry in std::fs::read_dir(path).map_err(io)? {
        let found = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
        let ours = NAMES.contains(&found.as_str())
            || PREFIXES.iter().any(|prefix| found.starts_with(prefix))
            || SUFFIXES.iter().any(|suffix| found.ends_with(suffix));
        if !ours {
            return Err(StateError::Foreign { path: path.into(), found });
        }
    }
    Ok(())
}

/// Opens RocksDB with the columns that are there (a later schema may have others) or, to create, ours.
pub(crate) fn open_database(path: &Path, create: bool) -> Result<DB, StateError> {
    let options = database_options(create);
    let cache = Cache::new_lru_cache(64 * MIB);
    let ours = COLUMNS.map(|column| (column.name(), column_options(column, &cache)));
    let mut families: Vec<_> =
        ours.into_iter().map(|(name, options)| ColumnFamilyDescriptor::new(name, options)).collect();
    if path.join("CURRENT").exists() {
        let there = DB::list_cf(&options, path).map_err(|error| explain(path, error))?;
        families.retain(|family| create || there.iter().any(|name| name == family.name()));
        let others = there.iter().filter(|name| COLUMNS.iter().all(|column| column.name() != name.as_str()));
        families.extend(others.map(|name| ColumnFamilyDescriptor::new(name, database_options(false))));
    }
    DB::open_cf_descriptors(&options, path, families).map_err(|error| explain(path, error))
}

/// Gives the failures that an operator can mend their own names.
pub(crate) fn explain(path: &Path, error: Error) -> StateError {
    let message = error.as_ref();
    if error.kind() == ErrorKind::IOError && message.contains("No space left on device") {
        StateError::Full { path: path.into(), source: error }
    } else if error.kind() == ErrorKind::IOError && message.contains("Read-only file system") {
        StateError::ReadOnly { path: path.into(), source: error }
    } else if error.kind() == ErrorKind::IOError && message.contains("LOCK: ") {
        StateError::Locked(path.into())
    } else {
        StateError::Db(error)
    }
}
