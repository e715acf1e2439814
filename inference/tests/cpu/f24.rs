//! Random nodes of the ops that round like single precision, tags 60 to 62.

use super::graph::{Graph, Rng};
use isocortex_model::ops::{AddF24, AvgPoolF24, RescaleF24, f24::r24};
use isocortex_model::{DType, Op, Tensor};

impl Graph {
    /// The node's operands and op.
    pub fn f24(&mut self, rng: &mut Rng, tag: i64, x: u32) -> Option<(Vec<u32>, Op)> {
        let ty = self.model.values()[x as usize].ty.clone();
        let multiplier = |rng: &mut Rng| rng.range(1 << 23, (1 << 24) - 1) as i32;
        let dtype = if tag == 60 { rng.dtype() } else { DType::I8 };
        let (a, b) = (rng.value(dtype), rng.value(dtype));
        let (lo, hi, zero_point) = (a.min(b), a.max(b), rng.value(dtype));
        let most = rng.pick(&[1, 1 << 15]);
        let offset = if rng.below(2) == 0 { 0 } else { rng.range(-most, most) as i32 };
        let mut operands = vec![x];
        let op = match tag {
            60 => {
                let n = rng.pick(&[1, ty.channels()]);
                let multipliers =
                    (0..n).map(|_| if rng.below(9) == 0 { 0 } else { multiplier(rng) }).collect();
                let multiplier = self.constant(Tensor::i32(&[n], multipliers));
                let most = if offset == 0 { rng.pick(&[40, 62]) } else { 46 };
                let shifts = (0..n).map(|_| rng.range(0, most) as i8).collect();
                let shift = self.constant(Tensor::i8(&[n], shifts));
                Op::RescaleF24(RescaleF24 { multiplier, shift, offset, zero_point, lo, hi, dtype })
            }
            61 => {
                operands.push(self.partner(rng, x, &ty.shape, DType::I8)?);
                let (bits, shift) = (rng.range(0, 52), rng.range(0, 62) as u8);
                let multipliers = [0; 2].map(|_| r24(rng.range(0, 1 << bits)));
                let fixed = 1 << rng.range(0, 60);
                let fixed = r24(rng.range(-fixed, fixed));
                let any = [0; 2].map(|_| rng.value(DType::I8));
                let zero_points = rng.pick(&[[0, 0], [-128, -128], any]);
                Op::AddF24(AddF24 { multipliers, zero_points, fixed, shift, zero_point, lo, hi })
            }
            _ => {
                let few = |rng: &mut Rng, n| [rng.range(1, n) as u32, rng.range(1, n) as u32];
                let kernel = few(rng, 4);
                let any = [0; 2].map(|_| rng.range(0, 62) as u8);
                let shifts = rng.pick(&[[25, 24], [40, 45], any]);
                Op::AvgPoolF24(AvgPoolF24 {
                    kernel,
                    stride: few(rng, 3),
                    pads: std::array::from_fn(|side| rng.below(kernel[side % 2].into()) as u32),
                    count_padding: rng.below(2) == 0,
                    operand_zero_point: rng.value(DType::I8),
                    multipliers: [0; 2].map(|_| multiplier(rng)),
                    shifts,
                    offset,
                    zero_point,
                    lo,
                    hi,
                })
            }
        };
        Some((operands, op))
    }
}
