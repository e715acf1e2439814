//! Kernels that compute row by row, each row by one thread, as plain loops that the compiler makes vector code of.

use super::element::{Int, view_mut};
use super::isa::{Detected, Job, Kernel, Operands};
use super::team::Team;

/// Computes rows of a result.
///
/// Implementations and all that they call are `#[inline(always)]`, see [`Job`].
pub(super) trait Rows: Send + Sync {
    /// Element of the result.
    type Y: Int;

    /// Rows of the result, and the length of each.
    fn shape(&self) -> [usize; 2];

    /// Computes the rows that `y` has room for, from row `first` on.
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [Self::Y]);
}

/// [`Rows`] with the instructions to compute them with.
pub(super) struct ByRows<R> {
    pub isa: Detected,
    pub body: R,
}

/// Elements below which threads do not share the work.
const WORTH_SHARING: usize = 1 << 14;

struct RowsJob<'a, R: Rows>(&'a R, Operands<'a>, usize, &'a mut [R::Y]);

impl<R: Rows> Job for RowsJob<'_, R> {
    #[inline(always)]
    fn work(self) {
        self.0.rows(self.1, self.2, self.3);
    }
}

impl<R: Rows> Kernel for ByRows<R> {
    fn run(&self, x: Operands<'_>, y: &mut [i32], _: &mut [u8], team: &Team) {
        let [rows, len] = self.body.shape();
        let shares = if rows * len < WORTH_SHARING { 1 } else { 2 * team.threads() };
        let each = rows.div_ceil(shares);
        team.chunks(view_mut::<R::Y>(y, rows * len), each * len, &|task, y| {
            self.isa.run(RowsJob(&self.body, x, task * each, y));
        });
    }
}
