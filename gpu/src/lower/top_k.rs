//! TopK: sorted pieces of a row, then fewer and fewer of them.

use super::{
    Argument, Grid, Site, Work,
    numbers::{code, int},
};
use crate::{Error, Kernel};
use isocortex_model::{DType, ops};

/// The kernels' type of keys, and its bytes.
const KEY: i32 = 3;
const KEY_BYTES: u64 = 8;
/// Keys that a block sorts.
const WIDTH: u64 = 1024;

/// Where few are wanted, each launch keeps the greatest of each piece and the next one sorts what is left; where many
/// are, neighbouring runs are merged. Memory for keys: twice 8 bytes for each element of the first launch's pieces that
/// is kept, or for each of the result, rounded up to runs of a power of two.
pub(super) fn top_k(site: &Site<'_>, op: &ops::TopK) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let (n, k) = (u64::from(x.channels()), u64::from(op.k));
    let rows = x.elements() / n.max(1);
    let mut launches = vec![sort(rows, n, k, code(x.dtype))?];
    let mut left = n.div_ceil(WIDTH);
    if 2 * k < WIDTH {
        while left > 1 {
            let keys = left * k;
            launches.push(sort(rows, keys, k, KEY)?);
            left = keys.div_ceil(WIDTH);
        }
    } else {
        let mut width = WIDTH;
        while left > 1 {
            let (had, keep) = (k.min(width), k.min(2 * width));
            let ints = [n, left, width, had, keep].into_iter().map(int).collect::<Result<_, _>>()?;
            let threads = rows * left * had;
            left = left.div_ceil(2);
            launches.push(Launch { kernel: Kernel::TopKMerge, threads, ints, keys: rows * left * keep });
            width *= 2;
        }
    }
    let bytes = launches.iter().rev().skip(1).map(|l| l.keys * KEY_BYTES).max().unwrap_or(0);
    let last = launches.len() - 1;
    let mut from = Argument::Operand(0);
    let works = launches.into_iter().enumerate().map(|(i, Launch { kernel, threads, mut ints, .. })| {
        let scratch = || Argument::Scratch { slot: i % 2, bytes };
        let (to, next, code) = if i == last {
            (Argument::Result, Argument::Result, code(DType::I32))
        } else {
            (scratch(), scratch(), KEY)
        };
        ints.push(code);
        let memory = vec![std::mem::replace(&mut from, next), to];
        Work::new(kernel, memory, Grid::Threads(threads), ints)
    });
    Ok(works.collect())
}

/// A launch, but for what it writes.
struct Launch {
    kernel: Kernel,
    threads: u64,
    ints: Vec<i32>,
    /// How many it writes.
    keys: u64,
}

/// The first `k` of every piece of rows of `n`.
fn sort(rows: u64, n: u64, k: u64, from: i32) -> Result<Launch, Error> {
    let width = n.next_power_of_two().clamp(4, WIDTH);
    let (segments, keep) = (n.div_ceil(width), k.min(width));
    let mut ints = [n, segments, width, keep].into_iter().map(int).collect::<Result<Vec<_>, _>>()?;
    ints.push(from);
    let threads = rows * segments * (width / 4);
    Ok(Launch { kernel: Kernel::TopKSort, threads, ints, keys: rows * segments * keep })
}
