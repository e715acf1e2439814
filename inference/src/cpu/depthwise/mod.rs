//! DepthwiseConv2d.
//!
//! As in the matrix kernels an operand element is `a = x + 128`, with what that adds taken off the bias; padding reads
//! the zero point from a row of its own, so there are no borders and no copy of the operand. A table holds, for each
//! position of a row of the result, where its taps lie.
//!
//! Predicted for 3×3 and 64 channels: 9 loads, 24 shuffles, 12 vpdpbusd and about 35 instructions of tail, 50 cycles or
//! 40 macs a nanosecond where plain loops reached 4. Measured (EPYC 9004, one thread, a shared machine, least of many runs,
//! copies of input and output included): 14·14 of 576 channels 281 µs before, 43 µs after, of which the kernel is about 27,
//! 54 cycles a block; 5×5 on 28·28 of 240 channels 829 and 126 µs.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod plain;
mod taps;
#[cfg(target_arch = "x86_64")]
mod vnni;

use super::conv::Constants;
use super::element::typed;
use super::gemm::Out;
use super::isa::{Detected, Kernel, Loops, Operands};
use super::rescale::{LANES, Requant};
use super::team::Team;
use super::window::Geometry;
use crate::Isa;
use isocortex_model::DType;
use taps::{Block, Packed, TAPS, Taps};

/// Computes the positions of `taps` for all channels.
///
/// # Safety
/// The machine has the instructions; each tap may be read for as many bytes as there are channels and 64 more;
/// nobody else has access to these positions of the result.
type Positions = unsafe fn(d: &Depthwise, taps: &Taps, first: usize, out: &Out<'_>);

/// DepthwiseConv2d of few taps, with its Rescale where that is fused.
pub(super) struct Depthwise {
    geometry: Geometry,
    positions: Positions,
    packed: Packed,
    /// In the order of `packed`.
    tail: Option<Requant>,
    dtype: DType,
    /// A tap outside the operand, as the operand has it.
    pad: u8,
    /// The operand is turned already.
    turned: bool,
}

/// Makes a DepthwiseConv2d ready. `tail` makes its Rescale, if it has one, for channels in the order given.
pub(super) fn kernel(
    isa: Detected,
    geometry: Geometry,
    c: &Constants<'_>,
    tail: impl Fn(&[usize]) -> Option<Requant>,
) -> Box<dyn Kernel> {
    let taps = geometry.kernel[0] * geometry.kernel[1];
    let few = taps <= TAPS && !c.words;
    let (positions, width, group): (Positions, usize, usize) = match isa.isa() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512Vnni if few => (vnni::positions512, 64, 4),
        #[cfg(target_arch = "x86_64")]
        Isa::AvxVnni if few => (vnni::positions256, 32, 4),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 if few => (avx2::positions, 16, 2),
        _ => {
            let order: Vec<usize> = (0..geometry.channels).collect();
            let weight = [c.weight, &[0; LANES]].concat();
            let (bias, tail) = (c.bias.to_vec(), tail(&order));
            let zero_point = c.zero_point + if c.turned { 128 } else { 0 };
            let (turned, words) = (c.turned, c.words);
            let plain = plain::Plain { geometry, weight, bias, zero_point, tail, turned, words };
            return Box::new(Loops { isa, body: plain });
        }
    };
    let packed = Packed::new(c, geometry.channels, taps, width, group);
    let tail = tail(&packed.order);
    let dtype = tail.as_ref().map_or(DType::I32, Requant::dtype);
    let pad = c.zero_point as u8 ^ if c.turned { 0x80 } else { 0 };
    Box::new(Depthwise { geometry, positions, packed, tail, dtype, pad, turned: c.turned })
}

/// Bytes that may be read beyond a tap's channels.
const SLACK: usize = 64;

impl Kernel for Depthwise {
    /// The row that stands for padding.
    fn scratch(&self) -> usize {
        self.geometry.channels + SLACK
    }

    fn run(&self, x: Operands<'_>, y: &mut [i32], scratch: &mut [u8], team: &Team) {
        let g = &self.geometry;
        let x: &[u8] = bytemuck::cast_slice(x[0]);
        assert!(x.len() >= g.elements() + SLACK, "the operand is shorter than what is read of it");
        let pad = &mut scratch[..g.channels + SLACK];
        pad.fill(self.pad);
        let pad = &*pad;
        let out = Out::new(y, self.dtype, g.positions() * g.channels);
        let worth = g.elements() * g.kernel[0] > 1 << 17;
        let rows = if worth { g.out[0].div_ceil(4 * team.threads()) } else { g.out[0] };
        team.each(g.out[0].div_ceil(rows), &|task| {
            let mut taps = Taps::new(g, x, pad, self.packed.taps);
            for i in task * rows..((task + 1) * rows).min(g.out[0]) {
                taps.row(i);
                while let Some(first) = taps.next_positions() {
                    // SAFETY: `positions` is of a detected set; taps lie in `x` or are `pad`, each with its slack;
                    // no two tasks have a row in common.
                    unsafe { (self.positions)(self, &taps, first, &out) };
                }
            }
        });
    }
}

impl Depthwise {
    /// Writes the sums of a block, in its order, where nothing faster does: no tail, an unusual one, or fewer channels
    /// than lanes.
    ///
    /// # Safety
    /// Nobody else has access to the position.
    unsafe fn store(&self, block: &Block, sums: &[i32], position: usize, out: &Out<'_>) {
        let from = position * self.geometry.channels;
        for (sixteen, sums) in sums.as_chunks::<LANES>().0.iter().enumerate() {
            let at = block.at / LANES + sixteen;
            let order = &self.packed.order[at * LANES..][..LANES];
            typed!(self.dtype, Y => {
                let mut y = [0 as Y; LANES];
                match &self.tail {
                    Some(tail) => tail.store(at, sums, &mut y),
                    None => y.iter_mut().zip(sums).for_each(|(y, &sum)| *y = sum as Y),
                }
                for (&channel, y) in order.iter().zip(y) {
                    if channel < self.geometry.channels {
                        // SAFETY: as promised.
                        unsafe { *out.pointer::<Y>(from + channel) = y };
                    }
                }
            });
        }
    }
}
