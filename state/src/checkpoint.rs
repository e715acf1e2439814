//! A second directory with the same chain, and back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rocksdb::checkpoint::Checkpoint;

use crate::{Audit, Stage, StateError, Store};

impl Store {
    /// Makes a chain of its own in `to`, which must not be there yet, that stands at the head. On the same
    /// file system it shares its files with this one by hard links and takes no room at first; each may then
    /// go its own way.
    ///
    /// # Errors
    /// [`Exists`](StateError::Exists) for a `to` that is there; [`Full`](StateError::Full), or what the disk
    /// says.
    pub fn checkpoint(&self, to: impl AsRef<Path>) -> Result<(), StateError> {
        let to = to.as_ref();
        if to.exists() {
            return Err(StateError::Exists(to.into()));
        }
        let _still = self.lock();
        Ok(Checkpoint::new(&self.db)?.create_checkpoint(to)?)
    }

    /// Puts a copy of the chain in `from` at `to`, which must be empty or not there yet. The copy shares no
    /// files with the original. It is made and [verified](Self::verify) beside `to` and takes its place only
    /// then, so that `to` is whole or not there.
    ///
    /// # Errors
    /// [`Missing`](StateError::Missing) for a `from` without a chain, [`Exists`](StateError::Exists) or
    /// [`Foreign`](StateError::Foreign) for a `to` with something in it, whatever
    /// [`verify`](Self::verify) finds, or what the disk says.
    pub fn restore(
        from: impl AsRef<Path>,
        to: impl AsRef<Path>,
        progress: impl FnMut(Stage, u64),
    ) -> Result<Audit, StateError> {
        let (from, to) = (from.as_ref(), to.as_ref());
        if to.join("CURRENT").exists() {
            return Err(StateError::Exists(to.into()));
        }
        let io = |path: &Path| {
            let path = PathBuf::from(path);
            move |source| StateError::Io { path, source }
        };
        if to.exists()
            && let Some(entry) = fs::read_dir(to).map_err(io(to))?.next()
        {
            let found = entry.map_err(io(to))?.file_name().to_string_lossy().into_owned();
            return Err(StateError::Foreign { path: to.into(), found });
        }
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".restoring");
        let aside = to.with_file_name(name);
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(io(&aside))?;
        }
        // Opened so that the lock keeps the files as they are while they are copied.
        let source = Self::open(from)?;
        source.checkpoint(&aside)?;
        drop(source);
        unshare(&aside).map_err(io(&aside))?;
        let audit = Self::open(&aside)?.verify_with(progress)?;
        if to.exists() {
            fs::remove_dir(to).map_err(io(to))?;
        }
        fs::rename(&aside, to).map_err(io(to))?;
        if let Some(parent) = to.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::File::open(parent).and_then(|parent| parent.sync_all()).map_err(io(parent))?;
        }
        Ok(audit)
    }
}

/// Makes every file of a directory one of its own.
fn unshare(path: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        let copy = file.with_extension("copy");
        fs::copy(&file, &copy)?;
        fs::File::open(&copy)?.sync_all()?;
        fs::rename(&copy, &file)?;
    }
    fs::File::open(path)?.sync_all()
}
