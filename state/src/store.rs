//! Opening and creating a store, and its head.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use alloy_primitives::B256;
use rocksdb::{ColumnFamily, DB, IteratorMode, WriteBatch};

use crate::{
    Head, History, StateChanges, StateError,
    cache::Records,
    column::{COLUMNS, Column},
    commit::Op,
    database::{explain, open_database, refuse_foreign},
    head::State,
    options::{MIB, in_memory, synced},
    plan::Plan,
};

/// Version of the columns, keys and values described in the crate's docs.
pub const SCHEMA: u32 = 2;

/// MiB of the tries' records that are held in memory.
const CACHED: u64 = 128;

const META_SCHEMA: &[u8] = b"schema";
const META_HEAD: &[u8] = b"head";
const META_HISTORY: &[u8] = b"history";
const META_GENESIS: &[u8] = b"genesis";
const META_SPEC: &[u8] = b"spec";

/// The first block of a chain.
#[derive(Clone, Copy, Debug)]
pub struct Genesis<'a> {
    /// Its hash. The header it is the hash of must carry [`StateChanges::genesis_root`] of `alloc`.
    pub hash: B256,
    /// The block in RLP.
    pub block_rlp: &'a [u8],
    /// Whatever the chain needs to know itself again, opaque here; given back by [`Store::spec`].
    pub spec: &'a [u8],
    /// All accounts that the chain begins with.
    pub alloc: &'a StateChanges,
}

/// A chain's state and blocks in a directory of its own. One store has the directory at a time, and many
/// threads may share it. Each single read is of the head at that moment: who needs several reads of one
/// head commits nothing between them.
#[derive(Debug)]
pub struct Store {
    pub(crate) db: DB,
    pub(crate) path: PathBuf,
    in_memory: bool,
    /// Held while changes are prepared or committed, so that neither sees the other half done.
    state: Mutex<State>,
    pub(crate) records: Records,
}

impl Store {
    /// Opens the chain in `path`.
    ///
    /// # Errors
    /// [`Missing`](StateError::Missing), [`Locked`](StateError::Locked), [`Schema`](StateError::Schema),
    /// or what the disk says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StateError> {
        let path = path.as_ref();
        if !path.join("CURRENT").exists() {
            return Err(StateError::Missing(path.into()));
        }
        let db = open_database(path, false)?;
        let mut store = Self::new(db, path, false);
        let schema = match store.db.cf_handle(Column::Meta.name()) {
            Some(_) => store.get(Column::Meta, META_SCHEMA)?,
            None => None,
        };
        let Some(schema) = schema else { return Err(StateError::Missing(path.into())) };
        let found = schema
            .try_into()
            .map(u32::from_be_bytes)
            .map_err(|_| Column::Meta.corrupt(META_SCHEMA, "not four bytes"))?;
        if found != SCHEMA {
            return Err(StateError::Schema { path: path.into(), found, expected: SCHEMA });
        }
        let head = Head::decode(&store.must(Column::Meta, META_HEAD)?)
            .ok_or_else(|| Column::Meta.corrupt(META_HEAD, "not a head"))?;
        let value = store.must(Column::Meta, META_HISTORY)?;
        let ([history, first], []) = value.as_chunks::<8>() else {
            return Err(Column::Meta.corrupt(META_HISTORY, "not a history"));
        };
        let history = History::from_u64(u64::from_be_bytes(*history));
        store.state = Mutex::new(State { head, history, first: u64::from_be_bytes(*first) });
        Ok(store)
    }

    /// Starts a chain in `path`, which is made if need be. What a creation that was cut short has left
    /// there is no chain, and is taken over.
    ///
    /// # Errors
    /// [`Exists`](StateError::Exists) where a chain is, and is left untouched;
    /// [`Foreign`](StateError::Foreign) where other things are, which are left untouched too;
    /// [`Orphan`](StateError::Orphan) for storage without its account; or what the disk says.
    pub fn create(path: impl AsRef<Path>, genesis: &Genesis<'_>) -> Result<Self, StateError> {
        let path = path.as_ref();
        std::fs::create_dir_all(path).map_err(|source| StateError::Io { path: path.into(), source })?;
        refuse_foreign(path)?;
        let store = Self::new(open_database(path, true)?, path, false);
        if store.get(Column::Meta, META_SCHEMA)?.is_some() {
            return Err(StateError::Exists(path.into()));
        }
        store.begin(genesis)?;
        // Into table files at once: a damaged log may cost blocks, but never make this look like no chain.
        for column in COLUMNS {
            store.db.flush_cf(store.family(column)?).map_err(|error| explain(path, error))?;
        }
        Ok(store)
    }

    /// Starts a chain that lives in memory and ends with the store: for tests and trials, which need
    /// thousands of them. All else is as on a disk.
    ///
    /// # Errors
    /// [`Orphan`](StateError::Orphan) for storage without its account; or what RocksDB says.
    pub fn create_in_memory(genesis: &Genesis<'_>) -> Result<Self, StateError> {
        let (options, families) = in_memory()?;
        let path = Path::new("/in-memory");
        let db = DB::open_cf_descriptors(&options, path, families).map_err(|error| explain(path, error))?;
        let store = Self::new(db, path, true);
        store.begin(genesis)?;
        Ok(store)
    }

    /// Starts a chain anew in a store that lives in memory, which is many times cheaper than another store.
    /// The caller lets no other thread use the store meanwhile.
    ///
    /// # Errors
    /// [`Exists`](StateError::Exists) for a store on a disk, which is left untouched;
    /// [`Orphan`](StateError::Orphan) for storage without its account; or what RocksDB says.
    pub fn reset(&self, genesis: &Genesis<'_>) -> Result<(), StateError> {
        if !self.in_memory {
            return Err(StateError::Exists(self.path.clone()));
        }
        let mut batch = WriteBatch::default();
        for column in COLUMNS {
            let family = self.family(column)?;
            for record in self.db.iterator_cf(family, IteratorMode::Start) {
                batch.delete_cf(family, record?.0);
            }
        }
        self.db.write(batch)?;
        self.records.clear();
        self.begin(genesis)
    }

    fn new(db: DB, path: &Path, in_memory: bool) -> Self {
        // The head is read or written before anybody else sees the store.
        let head = Head { number: 0, hash: B256::ZERO, state_root: alloy_trie::EMPTY_ROOT_HASH };
        let state = State { head, history: History::Archive, first: 0 };
        let records = Records::new(if in_memory { 1 } else { CACHED } * MIB as u64);
        Self { db, path: path.into(), in_memory, state: Mutex::new(state), records }
    }

    /// Writes block 0 into an empty store.
    fn begin(&self, genesis: &Genesis<'_>) -> Result<(), StateError> {
        let Plan { root, mut ops, .. } = self.plan(genesis.alloc, true)?;
        let head = Head { number: 0, hash: genesis.hash, state_root: root };
        ops.extend(head.ops());
        ops.extend([
            Op::put(Column::Blocks, &0u64.to_be_bytes(), genesis.block_rlp),
            Op::put(Column::Meta, META_GENESIS, genesis.hash.as_slice()),
            Op::put(Column::Meta, META_SPEC, genesis.spec),
            Op::put(Column::Meta, META_SCHEMA, &SCHEMA.to_be_bytes()),
        ]);
        let state = State { head, history: History::Archive, first: 0 };
        self.write(ops, &state)?;
        *self.lock() = state;
        Ok(())
    }

    /// The last committed block.
    pub fn head(&self) -> Head {
        self.lock().head
    }

    /// The hash of block 0, by which chains are told apart.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt), [`Lost`](StateError::Lost) or what the disk says.
    pub fn genesis_hash(&self) -> Result<B256, StateError> {
        B256::try_from(self.must(Column::Meta, META_GENESIS)?.as_slice())
            .map_err(|_| Column::Meta.corrupt(META_GENESIS, "not a hash"))
    }

    /// The bytes that the chain was created with as [`Genesis::spec`].
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt), [`Lost`](StateError::Lost) or what the disk says.
    pub fn spec(&self) -> Result<Vec<u8>, StateError> {
        self.must(Column::Meta, META_SPEC)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves this whole: it is only ever replaced after its batch was written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn family(&self, column: Column) -> Result<&ColumnFamily, StateError> {
        self.db.cf_handle(column.name()).ok_or_else(|| column.lost(&[]))
    }

    /// Writes everything and what the store is at then, or nothing.
    pub(crate) fn write(&self, ops: Vec<Op>, state: &State) -> Result<(), StateError> {
        let history = [state.history.to_u64().to_be_bytes(), state.first.to_be_bytes()].concat();
        let meta = [
            Op::put(Column::Meta, META_HEAD, &state.head.encode()),
            Op::put(Column::Meta, META_HISTORY, &history),
        ];
        let mut families = Vec::new();
        for column in COLUMNS {
            families.push((column, self.family(column)?));
        }
        let mut batch = WriteBatch::default();
        let mut records = Vec::new();
        for Op { column, key, value } in ops.into_iter().chain(meta) {
            let family = families.iter().find(|(other, _)| *other == column);
            let (_, family) = family.ok_or_else(|| column.lost(&[]))?;
            if matches!(column, Column::AccountTrie | Column::StorageTrie) {
                records.push((column, key.clone(), value.clone()));
            }
            match value {
                Some(value) => batch.put_cf(family, &key, column.seal(&key, value)),
                None => batch.delete_cf(family, &key),
            }
        }
        self.db.write_opt(batch, &synced()).map_err(|error| explain(&self.path, error))?;
        for (column, key, value) in records {
            match value {
                Some(value) => self.records.put(column, &key, value.into()),
                None => self.records.remove(column, &key),
            }
        }
        Ok(())
    }
}
