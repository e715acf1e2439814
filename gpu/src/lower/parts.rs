//! Sums over a long k that blocks share, where results are few: each part of k has a result of its own (`parts.cuh`),
//! and a launch behind adds them up and does the tail. In wrapping sums the order does not matter.

use super::{Argument, Grid, Site, Work, numbers::int};
use crate::{Error, Kernel, tail::Tail};

/// Blocks that keep every card busy. Not measured.
const BLOCKS: u64 = 1024;
/// Results of all parts of a run, at most: 4 MB.
const RESULTS: u64 = 1 << 20;
/// Bytes of k for which a part is worth the second launch. Not measured.
pub(super) const BYTES: u64 = 4096;
/// As [`BYTES`], of a window that one thread walks.
pub(super) const TAPS: u64 = 256;

/// In how many parts `results` results, each a sum of `k` things, are computed by a kernel that has `blocks` blocks for
/// one of them. A part has `least` things or more.
pub(super) fn parts(results: u64, blocks: u64, k: u64, least: u64) -> u64 {
    (BLOCKS / blocks.max(1)).min(RESULTS / results.max(1)).min(k / least).max(1)
}

impl Site<'_> {
    /// The launches of a linear kernel with these constants, of which a bias is the last, and `ints` up to the number of
    /// parts.
    pub(super) fn sum(
        &self,
        kernel: Kernel,
        mut constants: Vec<Vec<u8>>,
        bias: Option<Vec<u8>>,
        grid: Grid,
        mut ints: Vec<i32>,
        parts: u64,
    ) -> Result<Vec<Work>, Error> {
        let channels = self.y.channels();
        let zeros = || vec![0; 4 * channels as usize];
        ints.push(int(parts)?);
        if parts == 1 {
            constants.extend(bias);
            return Ok(vec![self.with_tail(&self.tail, kernel, constants, grid, ints)?]);
        }
        constants.extend(bias.as_ref().map(|_| zeros()));
        let mut first = self.with_tail(&Tail::default(), kernel, constants, grid, ints)?;
        let scratch = || Argument::Scratch { slot: 0, bytes: 4 * parts * self.y.elements() };
        first.memory.pop();
        first.memory.push(scratch());
        first.parts = parts;
        let mut memory = vec![scratch(), Argument::Constant(bias.unwrap_or_else(zeros))];
        memory.extend(self.tail_memory(&self.tail)?);
        memory.push(Argument::Result);
        let mut ints = vec![int(channels)?, int(parts)?];
        ints.extend(self.tail.ints());
        let grid = Grid::Warps(self.y.elements());
        Ok(vec![first, Work::new(Kernel::SumParts, memory, grid, ints)])
    }

    /// The pointers are the operands, `constants`, with a tail its scale, table and residual, of which the missing ones
    /// are not read, and the result; a tail's struct ends `ints`.
    fn with_tail(
        &self,
        tail: &Tail,
        kernel: Kernel,
        constants: Vec<Vec<u8>>,
        grid: Grid,
        ints: Vec<i32>,
    ) -> Result<Work, Error> {
        let mut work = self.work(kernel, constants, grid, ints);
        if kernel.takes_tail() {
            work.memory.pop();
            work.memory.extend(self.tail_memory(tail)?);
            work.memory.push(Argument::Result);
            work.ints.extend(tail.ints());
        }
        Ok(work)
    }

    fn tail_memory(&self, tail: &Tail) -> Result<[Argument; 3], Error> {
        let constant = |bytes: Option<Vec<u8>>| bytes.map_or(Argument::Operand(0), Argument::Constant);
        let residual = Argument::Operand(if tail.adds() { self.operands() } else { 0 });
        let scale = tail.scale(self.model, self.y.channels())?;
        Ok([constant(scale), constant(tail.table(self.model)?), residual])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_sums_of_few_results_are_in_parts() {
        assert_eq!(parts(1, 1, 1 << 28, BYTES), 1024);
        assert_eq!(parts(64 * 64, 1, 1 << 22, BYTES), 256);
        assert_eq!(parts(1000, 125, 2048, BYTES), 1);
        assert_eq!(parts(1000, 125, 1 << 20, BYTES), 8);
        assert_eq!(parts(1 << 20, 1 << 14, 1 << 14, BYTES), 1);
        assert_eq!(parts(3, 1, 3 * TAPS - 1, TAPS), 2);
    }
}
