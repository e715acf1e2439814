//! A transformer encoder: norms after the residual as in BERT, integers throughout (SPEC.md section 8). The residual
//! stream is i32 with 18 fractional bits; every product's operand is quantised by its row's own maximum.

use super::build::{I8, Net, Ratio};
use isocortex_model::{Artifact, DType, Op, Tensor, TensorType, ops, ops::isqrt};

/// Fractional bits of the residual stream and of the input.
const RESIDUAL: u32 = 18;
const INPUT: u32 = 10;
/// What a query, key or value of 127 stands for: five times its root mean square.
const LARGEST: u128 = 5;

#[derive(Clone, Copy)]
pub(super) struct Size {
    pub tokens: u32,
    layers: u32,
    width: u32,
    heads: u32,
    hidden: u32,
}

impl Size {
    pub const fn new(tiny: bool) -> Self {
        if tiny {
            Self { tokens: 6, layers: 2, width: 32, heads: 2, hidden: 48 }
        } else {
            Self { tokens: 128, layers: 12, width: 384, heads: 12, hidden: 1_536 }
        }
    }

    const fn head(self) -> u32 {
        self.width / self.heads
    }
}

pub(super) fn encoder(size: Size) -> Artifact {
    let mut net = Net::new(TensorType::new(DType::I16, &[size.tokens, size.width]));
    let softmax = net.constant(Tensor::i16(&[256], powers()));
    let gelu = net.constant(Tensor::i16(&[513], gelu()));
    let (multiplier, shift) = net.scales(Ratio(1 << (RESIDUAL - INPUT), 1), 1);
    let (zero_point, lo, hi, dtype) = (0, i32::MIN, i32::MAX, DType::I32);
    let widen = ops::Rescale { multiplier, shift, zero_point, lo, hi, dtype };
    let mut e = Encoder { size, softmax, gelu, h: net.push(&[0], Op::Rescale(widen)), net };
    for _ in 0..size.layers {
        let y = e.attention();
        e.residual(y);
        let y = e.feed_forward();
        e.residual(y);
    }
    e.net.artifact()
}

struct Encoder {
    net: Net,
    size: Size,
    softmax: u32,
    gelu: u32,
    /// The residual stream.
    h: u32,
}

impl Encoder {
    fn attention(&mut self) -> u32 {
        let Size { tokens, width, heads, .. } = self.size;
        let head = self.size.head();
        let wide = Ratio(127 * 256, LARGEST << RESIDUAL);
        let x = self.product(self.h, 3 * width, width, wide, DType::I16);
        let bias = self.bias(3 * width, 650);
        let x = self.add_scaled(x, bias, 1, 8, (-127, 127), DType::I8);
        let x = self.net.reshape(x, &[tokens, 3, heads, head]);
        let x = self.net.transpose(x, &[1, 2, 0, 3]);
        let [q, k, v] = [0, 1, 2].map(|i| self.part(x, i));
        let product = |transposed| Op::BatchMatMul(ops::BatchMatMul { zero_points: [0, 0], transposed });
        let scores = self.net.push(&[q, k], product(true));
        // 256 · log2(e) · (5 / 127)² / √head, as m / 2^s.
        let root = isqrt(u64::from(head) << 20);
        let ratio = Ratio((369_330 * LARGEST * LARGEST) << 10, 1_000 * 127 * 127 * u128::from(root));
        let (multiplier, shift) = ratio.q31();
        let op = ops::Softmax15 { table: self.softmax, multiplier, shift: shift.cast_unsigned() };
        let p = self.net.push(&[scores], Op::Softmax15(op));
        let context = self.net.push(&[p, v], product(false));
        let context = self.net.transpose(context, &[1, 0, 2]);
        let context = self.net.reshape(context, &[tokens, width]);
        self.back(context, width, Ratio(LARGEST << RESIDUAL, 127 << 15))
    }

    fn feed_forward(&mut self) -> u32 {
        let Size { width, hidden, .. } = self.size;
        let x = self.product(self.h, hidden, width, Ratio(1 << 12, 1 << RESIDUAL), DType::I16);
        let bias = self.bias(hidden, 400);
        let x = self.add_scaled(x, bias, 4, 2, (-32_768, 32_767), DType::I16);
        let x = self.net.push(&[x], Op::Table16(ops::Table16 { table: self.gelu }));
        self.back(x, hidden, Ratio(1 << RESIDUAL, 1 << 19))
    }

    /// A product with its bias, in the residual's unit.
    fn back(&mut self, x: u32, inner: u32, ratio: Ratio) -> u32 {
        let width = self.size.width;
        let y = self.product(x, width, inner, ratio, DType::I32);
        let bias = self.net.integers(width, 1 << (RESIDUAL - 3));
        let tensor = self.net.constant(Tensor::i32(&[1, width], bias));
        let bias = self.net.push(&[], Op::Constant(ops::Constant { tensor }));
        self.net.push(&[y, bias], Op::Add(ops::Add {}))
    }

    fn residual(&mut self, y: u32) {
        let width = self.size.width;
        let sum = self.net.push(&[self.h, y], Op::Add(ops::Add {}));
        let gamma = self.net.integers(width, 50).into_iter().map(|g| 256 + g as i16).collect();
        let gamma = self.net.constant(Tensor::i16(&[width], gamma));
        let beta = self.net.integers(width, 1 << (RESIDUAL - 4));
        let beta = self.net.constant(Tensor::i32(&[width], beta));
        let op = ops::LayerNorm { gamma, beta, epsilon: 1, fraction: 10 };
        self.h = self.net.push(&[sum], Op::LayerNorm(op));
    }

    /// x (in some unit) times a random matrix whose rows keep its spread. `ratio`: that unit over the result's.
    fn product(&mut self, x: u32, out: u32, inner: u32, ratio: Ratio, dtype: DType) -> u32 {
        let row = self.net.push(&[x], Op::AbsMaxRow(ops::AbsMaxRow {}));
        let q = self.net.push(&[x, row], Op::DynQuantRow(ops::DynQuantRow {}));
        let weight = self.net.weights(&[out, inner]);
        let bias = self.net.constant(Tensor::i32(&[out], vec![0; out as usize]));
        let sums = self.net.push(&[q], Op::MatMul(ops::MatMul { weight, bias, zero_point: 0 }));
        let root = isqrt(u64::from(inner));
        let ratio = ratio.times(Ratio(1, u128::from(I8) * u128::from(root) * 127));
        let row_shift = ratio.steps_to_eight();
        let (multiplier, shift) = self.net.scales(ratio.times(Ratio(1 << row_shift, 1)), out);
        // Where the residual would leave 24 bits it is cut; no value of these networks comes there.
        let (lo, hi) = if dtype == DType::I16 { (-32_768, 32_767) } else { (1 - (1 << 23), (1 << 23) - 1) };
        let op = ops::RescaleRow { multiplier, shift, row_shift, zero_point: 0, lo, hi, dtype };
        self.net.push(&[sums, row], Op::RescaleRow(op))
    }

    /// A row of i16.
    fn bias(&mut self, count: u32, most: u32) -> u32 {
        let values = self.net.integers(count, most).into_iter().map(|v| v as i16).collect();
        let tensor = self.net.constant(Tensor::i16(&[1, count], values));
        self.net.push(&[], Op::Constant(ops::Constant { tensor }))
    }

    fn add_scaled(
        &mut self,
        a: u32,
        b: u32,
        multiplier: i32,
        shift: u8,
        (lo, hi): (i32, i32),
        dtype: DType,
    ) -> u32 {
        let (multipliers, zero_points) = ([multiplier; 2], [0; 2]);
        let op = ops::AddScaled { multipliers, zero_points, shift, zero_point: 0, lo, hi, dtype };
        self.net.push(&[a, b], Op::AddScaled(op))
    }

    /// Queries, keys or values: [heads, tokens, head].
    fn part(&mut self, x: u32, i: u32) -> u32 {
        let Size { tokens, heads, .. } = self.size;
        let head = self.size.head();
        let (start, step, size) = (vec![i, 0, 0, 0], vec![1; 4], vec![1, heads, tokens, head]);
        let one = self.net.push(&[x], Op::Slice(ops::Slice { start, step, size }));
        self.net.reshape(one, &[heads, tokens, head])
    }
}

/// About 2^15 · 2^(−i/256): each entry is the one before by 0.99730 (65,359 / 65,536).
fn powers() -> Vec<i16> {
    let next = |x: &u64| Some((x * 65_359) >> 16);
    let long = std::iter::successors(Some(32_767u64 << 16), next);
    long.map(|x| (x >> 16) as i16).take(256).collect()
}

/// In Q12 over [-8, 8] a curve of GELU's shape: x · clamp(x + 3, 0, 6) / 6.
fn gelu() -> Vec<i16> {
    let curve = |x: i32| (x * (x + 96).clamp(0, 192) / 192) * 128;
    (-256..=256).map(|x| curve(x).clamp(-32_768, 32_767) as i16).collect()
}
