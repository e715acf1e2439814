//! A folder of fixtures, a file at a time on each thread.

use crate::{
    Error, Summary, block_test, fixture::Fixture, listed::Listed, state_test, subject::Bench,
    summary::Outcome,
};
use isocortex_vm::{Engine, TraceSink};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How a run is to be.
#[derive(Clone)]
pub struct Settings {
    /// Who would compute models.
    pub engine: Arc<Engine>,
    /// Only tests whose full name contains this.
    pub filter: Option<String>,
    /// Inference and its opcodes are live from Prague on, and the tests of `data/listed-inference.json` differ.
    pub inference: bool,
    /// Threads, at least 1.
    pub threads: usize,
    /// Where every executed instruction is written to (EIP-3155).
    pub trace: Option<TraceSink>,
}

/// All fixture files under a folder, the largest first, so that threads end together.
///
/// # Errors
/// [`Error::Io`].
pub fn find(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { path, source }
    };
    let (mut open, mut found) = (vec![path.to_owned()], vec![]);
    while let Some(path) = open.pop() {
        let meta = fs::metadata(&path).map_err(io(&path))?;
        if meta.is_dir() {
            for entry in fs::read_dir(&path).map_err(io(&path))? {
                open.push(entry.map_err(io(&path))?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push((std::cmp::Reverse(meta.len()), path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The full names of the tests in `files` that a filter lets through.
///
/// # Errors
/// As [`run`].
pub fn names(files: &[PathBuf], filter: &str) -> Result<Vec<String>, Error> {
    let mut names = vec![];
    for path in files {
        names.extend(read(path)?.into_keys().filter(|name| name.contains(filter)));
    }
    Ok(names)
}

/// Runs all tests in `files`; `progress` is told of every file that is done.
///
/// # Errors
/// [`Error`], where a file cannot be read. What a test finds is in the summary.
pub fn run(files: &[PathBuf], settings: &Settings, progress: impl Fn() + Sync) -> Result<Summary, Error> {
    let listed = Listed::load(settings.inference)?;
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Ok(Summary::default()));
    std::thread::scope(|scope| {
        for _ in 0..settings.threads.max(1) {
            scope.spawn(|| {
                let mut bench = Bench::new(Arc::clone(&settings.engine), settings.trace.clone());
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = file(path, &mut bench, settings, &listed);
                    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                    match (&mut *total, found) {
                        (Ok(total), Ok(found)) => total.merge(found),
                        (Ok(_), Err(error)) => *total = Err(error),
                        (Err(_), _) => return,
                    }
                    drop(total);
                    progress();
                }
            });
        }
    });
    let mut summary = total.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    summary.sort();
    Ok(summary)
}

fn read(path: &Path) -> Result<BTreeMap<String, Fixture>, Error> {
    let file = File::open(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    serde_json::from_reader(BufReader::with_capacity(1 << 18, file))
        .map_err(|source| Error::Json { path: path.to_owned(), source })
}

fn file(path: &Path, bench: &mut Bench, settings: &Settings, listed: &Listed) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    for (name, test) in read(path)? {
        if settings.filter.as_ref().is_some_and(|filter| !name.contains(filter.as_str())) {
            continue;
        }
        if let Some(network) = &test.network {
            let outcome = block_test::run(bench, &test, network, settings.inference);
            let reason = listed.reason(&name);
            summary.record(format!("block {network}"), name, outcome, reason);
        } else if let Some(posts) = &test.post {
            for (fork, posts) in posts {
                for post in posts {
                    let outcome = state_test::run(bench, &test, fork, post, settings.inference);
                    summary.record(format!("state {fork}"), name.clone(), outcome, listed.reason(&name));
                }
            }
        } else {
            let outcome = Outcome::not_run("neither a state test nor a block test");
            summary.record("other".into(), name, outcome, None);
        }
    }
    Ok(summary)
}
