//! Table8 to wider types, and Table16.

use super::element::{Int, view};
use super::isa::Operands;
use super::rows::Rows;

/// Table16. `y = t0·(128 − f) + t1·f`, with both neighbours of an entry in one word.
pub(super) struct Table16 {
    /// Entries i and i + 1 for each i.
    pairs: Vec<i32>,
    elements: usize,
}

impl Table16 {
    pub fn new(table: &[i16], elements: usize) -> Self {
        let pair = |w: &[i16; 2]| i32::from(w[0]) & 0xffff | i32::from(w[1]) << 16;
        Self { pairs: table.array_windows().map(pair).collect(), elements }
    }
}

impl Rows for Table16 {
    type Y = i32;

    fn shape(&self) -> [usize; 2] {
        [self.elements, 1]
    }

    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [i32]) {
        let Some(pairs) = self.pairs.first_chunk::<512>() else { return };
        for (y, &x) in y.iter_mut().zip(&view::<i16>(x[0], self.elements)[first..]) {
            let pair = pairs[(i32::from(x >> 7) + 256) as usize & 511];
            let (a, b, f) = (i32::from(pair as i16), pair >> 16, i32::from(x & 127));
            // Within 2^22.
            *y = a.wrapping_mul(128).wrapping_add(b.wrapping_sub(a).wrapping_mul(f));
        }
    }
}

/// Table8 with a table of any type.
pub(super) struct Table8<Y> {
    /// Entry for the bits of x as u8: the table of SPEC.md turned by 128.
    pub table: Vec<Y>,
    pub elements: usize,
}

impl<Y: Int> Rows for Table8<Y> {
    type Y = Y;

    fn shape(&self) -> [usize; 2] {
        [self.elements, 1]
    }

    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [Y]) {
        let Some(table) = self.table.first_chunk::<256>() else { return };
        for (y, &x) in y.iter_mut().zip(&view::<u8>(x[0], self.elements)[first..]) {
            *y = table[usize::from(x)];
        }
    }
}
