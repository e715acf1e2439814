//! Random nodes of the ops with tags 12 to 51, with the operands and constants that they need.

use super::graph::{Graph, Rng};
use isocortex_model::ops::*;
use isocortex_model::{DType, Op, Tensor};

/// Where each index is in range by chance alone, no model would pass: these come from a Constant or a Clamp.
impl Graph {
    fn tensor(rng: &mut Rng, shape: &[u32], dtype: DType, lo: i64, hi: i64) -> Tensor {
        let n = shape.iter().product::<u32>();
        let mut draw = || if rng.below(5) == 0 { rng.pick(&[lo, hi]) } else { rng.range(lo, hi) };
        match dtype {
            DType::I8 => Tensor::i8(shape, (0..n).map(|_| draw() as i8).collect()),
            DType::I16 => Tensor::i16(shape, (0..n).map(|_| draw() as i16).collect()),
            DType::I32 => Tensor::i32(shape, (0..n).map(|_| draw() as i32).collect()),
        }
    }

    /// A constant of random elements of lo..=hi.
    pub fn numbers(&mut self, rng: &mut Rng, shape: &[u32], dtype: DType, lo: i64, hi: i64) -> u32 {
        let tensor = Self::tensor(rng, shape, dtype, lo, hi);
        self.constant(tensor)
    }

    /// A value with elements of lo..=hi: a Constant, or what lies in `x` clamped.
    fn value(&mut self, rng: &mut Rng, x: u32, shape: &[u32], dtype: DType, lo: i64, hi: i64) -> Option<u32> {
        let ty = self.model.values()[x as usize].ty.clone();
        let (have, need) = (ty.elements() as u32, shape.iter().product::<u32>());
        let range = ty.dtype.range();
        if have < need
            || ty.dtype != dtype
            || i64::from(range.lo) > lo
            || i64::from(range.hi) < hi
            || rng.below(2) == 0
        {
            let tensor = self.numbers(rng, shape, dtype, lo, hi);
            return self.add(&[], Op::Constant(Constant { tensor }));
        }
        let flat = self.add(&[x], Op::Reshape(Reshape { shape: vec![have] }))?;
        let slice = Slice { start: vec![have - need], step: vec![1], size: vec![need] };
        let slice = self.add(&[flat], Op::Slice(slice))?;
        let shaped = self.add(&[slice], Op::Reshape(Reshape { shape: shape.to_vec() }))?;
        self.add(&[shaped], Op::Clamp(Clamp { lo: lo as i32, hi: hi as i32 }))
    }

    /// A value of this type whose shape broadcasts with `shape`.
    pub fn partner(&mut self, rng: &mut Rng, x: u32, shape: &[u32], dtype: DType) -> Option<u32> {
        let shape: Vec<u32> = shape
            .iter()
            .map(|&d| if d == 1 { rng.range(1, 3) as u32 } else { rng.pick(&[1, d, d]) })
            .collect();
        let all = dtype.range();
        let most = rng.pick(&[i64::from(all.hi), 200.min(all.hi.into())]);
        self.value(rng, x, &shape, dtype, -most, most)
    }

    /// The node's operands and op.
    pub fn more(&mut self, rng: &mut Rng, tag: i64, x: u32) -> Option<(Vec<u32>, Op)> {
        let ty = self.model.values()[x as usize].ty.clone();
        let (shape, dtype, rank) = (ty.shape.clone(), ty.dtype, ty.shape.len());
        let range = dtype.range();
        let last = ty.channels();
        let leading = &shape[..rank - 1];
        let few = |rng: &mut Rng, n| [rng.range(1, n) as u32, rng.range(1, n) as u32];
        let other = rng.dtype();
        let y = rng.dtype();
        let (a, b) = (rng.value(y), rng.value(y));
        let (lo, hi, zero_point) = (a.min(b), a.max(b), rng.value(y));
        let between = rng.range(1 << 30, (1 << 31) - 1) as i32;
        let multiplier = rng.pick(&[0, 1 << 30, i32::MAX, between, between]);
        let most = rng.pick(&[36, 62]);
        let shift = rng.range(2, most) as u8;
        let reach = (1 << rng.range(1, 31)) - 1; // of every size
        let mut operands = vec![x];
        let op = match tag {
            12 => {
                let (o, [kh, kw]) = (rng.pick(&[1, 3, 17]), few(rng, 3));
                let weight = self.constant(rng.weights(&[o, kh, kw, last]));
                let bias = self.constant(rng.biases(o));
                Op::ConvTranspose2d(ConvTranspose2d {
                    weight,
                    bias,
                    zero_point: rng.value(DType::I8),
                    stride: few(rng, 3),
                    dilation: few(rng, 2),
                    pads: std::array::from_fn(|_| rng.range(-2, 2) as i32),
                })
            }
            13 => {
                let transposed = rng.below(2) == 0;
                let [batch @ .., _, k] = &shape[..] else { return None };
                let n = rng.pick(&[1, 2, 5, 16]);
                let other = rng.pick(&[DType::I8, DType::I8, DType::I16]);
                let b = [batch, &if transposed { [n, *k] } else { [*k, n] }].concat();
                operands.push(self.value(rng, x, &b, other, -128, 127)?);
                let zero_points = [rng.value(DType::I8), rng.value(DType::I8)];
                Op::BatchMatMul(BatchMatMul { zero_points, transposed })
            }
            14 => Op::AbsMaxRow(AbsMaxRow {}),
            15 | 16 => {
                let row = match rng.below(2) {
                    0 => self.add(&[x], Op::AbsMaxRow(AbsMaxRow {}))?,
                    _ => self.value(rng, x, &[leading, &[1]].concat(), DType::I32, 1, i32::MAX.into())?,
                };
                operands.push(row);
                if tag == 15 {
                    Op::DynQuantRow(DynQuantRow {})
                } else {
                    let n = rng.pick(&[1, last]);
                    let multiplier = self.numbers(rng, &[n], DType::I32, 1 << 30, (1 << 31) - 1);
                    let shifts = self.numbers(rng, &[n], DType::I8, 2, 62);
                    Op::RescaleRow(RescaleRow {
                        multiplier,
                        shift: shifts,
                        row_shift: shift,
                        zero_point,
                        lo,
                        hi,
                        dtype: y,
                    })
                }
            }
            17..=22 | 26 => {
                let other = if matches!(tag, 21 | 22 | 26) { dtype } else { other };
                let partner = self.partner(rng, x, &shape, other)?;
                operands.insert(rng.below(2) as usize, partner);
                let relation = rng.pick(&[Relation::Equal, Relation::Greater, Relation::GreaterOrEqual]);
                let types = [0, 1].map(|i| self.model.values()[operands[i] as usize].ty.dtype);
                let zero_points = types.map(|t| rng.pick(&[0, -128, t.range().lo, t.range().hi]));
                match tag {
                    17 => Op::Add(Add {}),
                    18 => Op::Sub(Sub {}),
                    19 => Op::Mul(Mul {}),
                    20 => Op::MulRescale(MulRescale {
                        zero_points,
                        multiplier,
                        shift,
                        zero_point,
                        lo,
                        hi,
                        dtype: y,
                    }),
                    21 => Op::Max(Max {}),
                    22 => Op::Min(Min {}),
                    _ => Op::Compare(Compare { relation }),
                }
            }
            23 | 24 => {
                // The least value has no opposite.
                let clamp = Clamp { lo: range.lo + 1, hi: range.hi };
                operands = vec![self.add(&[x], Op::Clamp(clamp))?];
                if tag == 23 { Op::Neg(Neg {}) } else { Op::Abs(Abs {}) }
            }
            25 => {
                let bits = rng.range(-31, 31) as i8;
                Op::Shift(Shift { bits, round: bits < 0 && rng.below(2) == 0 })
            }
            27 => {
                let c = self.value(rng, x, &shape, other, -1, 1)?;
                let b = self.partner(rng, x, &shape, dtype)?;
                operands = vec![c, x, b];
                Op::Select(Select {})
            }
            28 => Op::Table16(Table16 { table: self.numbers(rng, &[513], DType::I16, -32_768, 32_767) }),
            29 => {
                let kernel = few(rng, 4);
                let pads = std::array::from_fn(|side| rng.below(kernel[side % 2].into()) as u32);
                let zero_points = [rng.value(dtype), rng.value(dtype)];
                Op::AvgPool(AvgPool {
                    kernel,
                    stride: few(rng, 3),
                    pads,
                    zero_points,
                    count_padding: rng.below(2) == 0,
                })
            }
            30 | 31 => {
                let axes = (0..rank as u8).filter(|_| rng.below(2) == 0).collect();
                if tag == 30 { Op::ReduceMax(ReduceMax { axes }) } else { Op::ReduceMin(ReduceMin { axes }) }
            }
            32 => Op::ArgMax(ArgMax { axis: rng.below(rank as u64) as u8 }),
            51 => Op::CumSum(CumSum { axis: rng.below(rank as u64) as u8 }),
            33 => Op::TopK(TopK { k: rng.range(1, last.into()) as u32 }),
            34 => {
                let mut table: Vec<i16> = (0..256).map(|_| rng.range(0, 32_767) as i16).collect();
                table[0] = rng.range(1, 32_767) as i16;
                let table = self.constant(Tensor::i16(&[256], table));
                let multiplier = rng.range(0, reach) as i32;
                Op::Softmax15(Softmax15 { table, multiplier, shift: rng.range(0, 62) as u8 })
            }
            35 | 36 => {
                let gamma = self.numbers(rng, &[last], DType::I16, -3_000, 3_000);
                let (epsilon, fraction) = (rng.range(1, reach) as i32, rng.range(0, 14) as u8);
                if tag == 35 {
                    let beta = self.numbers(rng, &[last], DType::I32, -100_000, 100_000);
                    Op::LayerNorm(LayerNorm { gamma, beta, epsilon, fraction })
                } else {
                    Op::RmsNorm(RmsNorm { gamma, epsilon, fraction })
                }
            }
            37 => {
                Op::L2Norm(L2Norm { epsilon: rng.range(1, reach) as i32, fraction: rng.range(0, 24) as u8 })
            }
            38 => {
                let (mut start, mut step, mut size) = (vec![], vec![], vec![]);
                for &d in &shape {
                    let (first, end) = (rng.below(d.into()) as i64, rng.below(d.into()) as i64);
                    let by = rng.range(1, 3) * if end < first { -1 } else { 1 };
                    start.push(first as u32);
                    step.push(by as i32);
                    size.push(((end - first) / by + 1) as u32);
                }
                Op::Slice(Slice { start, step, size })
            }
            39 => {
                let axis = rng.below(rank as u64) as usize;
                for _ in 0..rng.range(1, 3) {
                    let mut shape = shape.clone();
                    shape[axis] = rng.range(1, 4) as u32;
                    operands.push(self.value(rng, x, &shape, dtype, range.lo.into(), range.hi.into())?);
                }
                Op::Concat(Concat { axis: axis as u8 })
            }
            40 => {
                let mut border = || (0..rank).map(|_| rng.pick(&[0, 0, 1, 3])).collect();
                Op::Pad(Pad { before: border(), after: border(), value: rng.value(dtype) })
            }
            41 => Op::Tile(Tile { repeats: (0..rank).map(|_| rng.pick(&[1, 1, 2, 3])).collect() }),
            42 => {
                let mode = rng.pick(&[ResizeMode::Nearest, ResizeMode::Bilinear]);
                let ([ny, nx], [dy, dx]) = (few(rng, 4), few(rng, 3));
                let n = [ny, nx].map(|n| n as i32);
                let offset = n.map(|n| rng.range((-n).into(), 3) as i32);
                let border = n.map(|n| rng.range((-n).into(), (n - 1).into()) as i32);
                Op::Resize(Resize { mode, scale: [ny, dy, nx, dx], offset, border })
            }
            43 | 45 => {
                let [batch @ .., k, c] = &shape[..] else { return None };
                let w = rng.range(1, 5) as u32;
                let most = i64::from(*k) - 1;
                operands.push(self.value(rng, x, &[batch, &[w]].concat(), other, 0, most.min(127))?);
                if tag == 43 {
                    Op::Gather(Gather {})
                } else {
                    let shape = [batch, &[w, *c]].concat();
                    operands.push(self.value(rng, x, &shape, dtype, range.lo.into(), range.hi.into())?);
                    Op::ScatterRow(ScatterRow {})
                }
            }
            44 => {
                let (k, shape) = (rng.range(1, 9) as u32, [rng.range(1, 3) as u32, rng.range(1, 9) as u32]);
                operands = vec![self.value(rng, x, &shape, other, 0, i64::from(k) - 1)?];
                let (c, ends) = (rng.range(1, 9) as u32, other.range());
                Op::Embed(Embed { table: self.numbers(rng, &[k, c], other, ends.lo.into(), ends.hi.into()) })
            }
            46 => {
                let [.., t, d] = &shape[..] else { return None };
                let p = rng.range(1, 9) as u32;
                operands.push(self.value(rng, x, &[*t], other, 0, i64::from(p) - 1)?);
                let cos = self.numbers(rng, &[p, (d / 2).max(1)], DType::I16, -32_768, 32_767);
                let sin = self.numbers(rng, &[p, (d / 2).max(1)], DType::I16, -32_768, 32_767);
                Op::Rope(Rope { cos, sin, interleaved: rng.below(2) == 0 })
            }
            47 => {
                let [batch @ .., t, d] = &shape[..] else { return None };
                let n = rng.range(1, (*t).into()) as u32;
                let shape = [batch, &[n, *d]].concat();
                operands.push(self.value(rng, x, &shape, dtype, range.lo.into(), range.hi.into())?);
                operands.push(self.value(rng, x, &[1], other, 0, i64::from(t - n))?);
                Op::KvAppend(KvAppend {})
            }
            48 => {
                operands.push(self.value(rng, x, &[1], other, 0, 12)?);
                Op::CausalMask(CausalMask { fill: rng.value(dtype) })
            }
            49 => self.trees(rng, last),
            _ => {
                operands = vec![];
                let n = few(rng, 9);
                let all = other.range();
                Op::Constant(Constant { tensor: self.numbers(rng, &n, other, all.lo.into(), all.hi.into()) })
            }
        };
        // What grows and grows is slow to compare, and shows nothing new.
        (ty.elements() <= self.most).then_some((operands, op))
    }

    /// Some trees over rows of `features` elements, each node with later nodes or leaves below it.
    fn trees(&mut self, rng: &mut Rng, features: u32) -> Op {
        let (mut feature, mut threshold, mut children, mut roots) = (vec![], vec![], vec![], vec![]);
        let mut leaves = 0;
        for _ in 0..rng.range(1, 4) {
            // A reference that waits for its node or leaf: a place in `children`, or the tree's root.
            let mut open = vec![None];
            let mut left = rng.range(1, 9);
            while let Some(place) = open.pop() {
                let reference = if left > 0 {
                    left -= 1;
                    let node = feature.len() as i32;
                    feature.push(rng.below(features.into()) as i32);
                    threshold.push(rng.range(-200, 200) as i32);
                    open.extend([Some(children.len()), Some(children.len() + 1)]);
                    children.extend([0, 0]);
                    node
                } else {
                    leaves += 1;
                    -leaves
                };
                match place {
                    None => roots.push(reference),
                    Some(place) => children[place] = reference,
                }
            }
        }
        let (n, c) = (feature.len() as u32, rng.range(1, 4) as u32);
        let ints = |graph: &mut Self, shape: &[u32], data| graph.constant(Tensor::i32(shape, data));
        Op::TreeEnsemble(TreeEnsemble {
            feature: ints(self, &[n], feature),
            threshold: ints(self, &[n], threshold),
            children: ints(self, &[n, 2], children),
            roots: ints(self, &[roots.len() as u32], roots),
            leaves: self.numbers(rng, &[leaves as u32, c], DType::I32, -1 << 20, 1 << 20),
            bias: self.constant(rng.biases(c)),
        })
    }
}
