//! Rescale: alone, and as the tail of the kernels that make accumulators.
//!
//! `q31s` on 16 lanes at a time in 64 bits. The loop is written so that the compiler makes vpmuldq, vpaddq,
//! vpsravq, vpmaxsq, vpminsq of it with AVX-512 (AVX2 has no vpsravq and gets a logical shift with the sign
//! moved out of the way). Tails of most networks fit `short.rs`, which the vector kernels prefer.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Operands};
use super::short::Short;
use isocortex_model::{DType, Model, ops::Clamp, ops::Rescale};
use std::ops::Range;

/// Lanes of one step: the channels of a panel.
pub(super) const LANES: usize = 16;

/// The constants of 16 neighbouring channels.
#[derive(Clone)]
struct Lanes {
    multiplier: [i32; LANES],
    round: [i64; LANES],
    shift: [i64; LANES],
}

/// A Rescale made ready, for any operand.
#[derive(Clone)]
pub(super) struct Requant {
    lanes: Vec<Lanes>,
    /// The same in the short form, where all fit it.
    short: Option<Vec<Short>>,
    /// 1: all channels share `lanes[0]`.
    channels: usize,
    zero_point: i64,
    lo: i64,
    hi: i64,
    dtype: DType,
}

impl Requant {
    /// With the Clamp that follows, if there is one; `turned` says that the result is 128 more; `order` gives the
    /// channel of each lane, which may be beyond the last one where nobody reads the lane.
    pub fn new(model: &Model, op: &Rescale, then: Option<&Clamp>, turned: bool, order: &[usize]) -> Self {
        let multiplier = model.constants()[op.multiplier as usize].as_i32();
        let shift = model.constants()[op.shift as usize].as_i8();
        let more = if turned { 128 } else { 0 };
        let zero_point = i64::from(op.zero_point) + more;
        // A single constant serves all lanes.
        let order = if multiplier.len() == 1 { &[0; LANES] } else { order };
        let lanes = order.chunks(LANES).map(|order| {
            let channel = |i: usize| order.get(i).copied().unwrap_or(usize::MAX);
            let shift = std::array::from_fn(|i| shift.get(channel(i)).map_or(32, |&s| i64::from(s)));
            Lanes {
                multiplier: std::array::from_fn(|i| multiplier.get(channel(i)).copied().unwrap_or(0)),
                round: shift.map(|s| 1 << (s - 1)),
                shift,
            }
        });
        let lanes: Vec<Lanes> = lanes.collect();
        let short = lanes.iter().map(|l| Short::new(&l.multiplier, &l.shift, zero_point)).collect();
        // clamp(clamp(v, lo, hi), c, d) = clamp(v, clamp(lo, c, d), clamp(hi, c, d)).
        let then = |v: i32| then.map_or(v, |c| v.clamp(c.lo, c.hi));
        Self {
            lanes,
            short,
            channels: multiplier.len(),
            zero_point,
            lo: i64::from(then(op.lo)) + more,
            hi: i64::from(then(op.hi)) + more,
            dtype: op.dtype,
        }
    }

    /// The short forms of some blocks of 16 channels, or the one that all share, if there are any.
    #[inline(always)]
    pub fn short(&self, blocks: Range<usize>) -> Option<&[Short]> {
        self.short.as_ref()?.get(if self.channels == 1 { 0..1 } else { blocks })
    }

    /// Type of the result.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Smallest and largest result.
    #[inline(always)]
    pub fn ends(&self) -> [i32; 2] {
        // Of the result's type, which is i32 at most.
        [self.lo as i32, self.hi as i32]
    }

    /// The results of 16 accumulators of channels `16·block` on.
    ///
    /// Wrapping operations are exact: by SPEC.md section 4 no sum leaves i64, and shifts are 2 to 62.
    #[inline(always)]
    pub fn apply<T: Int>(&self, block: usize, v: &[i32; LANES]) -> [T; LANES] {
        let Lanes { multiplier, round, shift } = &self.lanes[if self.channels == 1 { 0 } else { block }];
        let mut y = [T::zeroed(); LANES];
        for i in 0..LANES {
            let product = i64::from(v[i]).wrapping_mul(i64::from(multiplier[i]));
            let scaled = product.wrapping_add(round[i]).wrapping_shr(shift[i] as u32);
            y[i] = T::wrap(scaled.wrapping_add(self.zero_point).max(self.lo).min(self.hi));
        }
        y
    }

    /// Rescales the first lanes, as many as `y` has, at most 16.
    #[inline(always)]
    pub fn store<T: Int>(&self, block: usize, v: &[i32; LANES], y: &mut [T]) {
        put(&self.apply::<T>(block, v), y);
    }
}

/// Writes the first lanes, as many as `y` has, at most 16.
#[inline(always)]
pub(super) fn put<T: Int>(lanes: &[T; LANES], y: &mut [T]) {
    match y.first_chunk_mut::<LANES>() {
        Some(y) => *y = *lanes,
        None => put_some(lanes, y),
    }
}

/// Out of line: the compiler would otherwise make one copy of unknown length of both cases.
#[cold]
#[inline(never)]
fn put_some<T: Int>(lanes: &[T; LANES], y: &mut [T]) {
    y.iter_mut().zip(lanes).for_each(|(y, &lane)| *y = lane);
}

/// Rescale of a whole value.
pub(super) struct RescaleAll<X, Y> {
    pub requant: Requant,
    pub elements: usize,
    pub types: std::marker::PhantomData<fn(X) -> Y>,
}

impl<X: Int, Y: Int> Body for RescaleAll<X, Y> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let (x, y) = (view::<X>(x[0], self.elements), view_mut::<Y>(y, self.elements));
        // With one multiplier the value is one long row.
        let row = if self.requant.channels == 1 { self.elements } else { self.requant.channels };
        for (x, y) in x.chunks_exact(row).zip(y.chunks_exact_mut(row)) {
            for (block, (x, y)) in x.chunks(LANES).zip(y.chunks_mut(LANES)).enumerate() {
                self.requant.store(block, &widen(x), y);
            }
        }
    }
}

/// Up to 16 elements as i32; lanes beyond them are 0.
#[inline(always)]
pub(super) fn widen<X: Int>(x: &[X]) -> [i32; LANES] {
    let mut v = [0; LANES];
    match x.first_chunk::<LANES>() {
        Some(x) => v.iter_mut().zip(x).for_each(|(v, &x)| *v = x.into()),
        None => widen_some(x, &mut v),
    }
    v
}

#[cold]
#[inline(never)]
fn widen_some<X: Int>(x: &[X], v: &mut [i32; LANES]) {
    v.iter_mut().zip(x).for_each(|(v, &x)| *v = x.into());
}
