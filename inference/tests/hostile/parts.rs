//! Graphs as their parts, and edits of them towards every limit.

use super::graph::Rng;
use isocortex_model::ops::*;
use isocortex_model::{
    Artifact, DType, Data, Model, Node, Op, Output, Port, Quant, Tensor, TensorType, limits,
};

/// What an artifact is built from; anything may be wrong with it.
#[derive(Clone)]
pub struct Parts {
    pub inputs: Vec<TensorType>,
    pub constants: Vec<Tensor>,
    pub nodes: Vec<Node>,
    pub outputs: Vec<u32>,
}

/// Small numbers and limits, each with its neighbours.
const WORDS: [u32; 44] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    15,
    16,
    17,
    30,
    31,
    32,
    61,
    62,
    63,
    64,
    65,
    127,
    128,
    255,
    256,
    257,
    512,
    513,
    1023,
    1024,
    1025,
    2047,
    2048,
    2049,
    4096,
    65_535,
    65_536,
    (1 << 24) - 1,
    1 << 24,
    (1 << 24) + 1,
    1 << 28,
    (1 << 28) + 1,
    1 << 30,
    (1 << 31) - 1,
    1 << 31,
    (1 << 31) + 1,
    u32::MAX,
];

/// A number near a limit, or near what stood there.
fn word(rng: &mut Rng, was: u32) -> u32 {
    match rng.below(8) {
        0 => was.wrapping_add(1),
        1 => was.wrapping_sub(1),
        2 => was.wrapping_mul(2),
        3 => was / 2,
        4 => (rng.below(9) as u32).wrapping_neg(),
        5 => rng.pick(&WORDS).wrapping_neg(),
        6 => rng.below(9) as u32,
        _ => rng.pick(&WORDS),
    }
}

impl Parts {
    pub fn of(model: &Model) -> Self {
        let header = model.header();
        Self {
            inputs: model.input_types().cloned().collect(),
            constants: model.constants().to_vec(),
            nodes: header.nodes.clone(),
            outputs: header.outputs.iter().map(|o| o.value).collect(),
        }
    }

    pub fn artifact(&self) -> Artifact {
        let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
        let ports =
            self.inputs.iter().map(|ty| Port { name: String::new(), ty: ty.clone(), quant }).collect();
        let outputs =
            self.outputs.iter().map(|&value| Output { name: String::new(), value, quant }).collect();
        Artifact::build(ports, self.constants.clone(), self.nodes.clone(), outputs, Default::default())
    }

    fn values(&self) -> usize {
        self.inputs.len() + self.nodes.len()
    }

    /// One edit.
    pub fn edit(&mut self, rng: &mut Rng) {
        let values = self.values().max(1) as u64;
        match rng.below(20) {
            0 => {
                let input = some(rng, &mut self.inputs);
                input.into_iter().for_each(|ty| dims(rng, &mut ty.shape));
            }
            1 => {
                let dtype = rng.dtype();
                some(rng, &mut self.inputs).into_iter().for_each(|ty| ty.dtype = dtype);
            }
            2..=4 => some(rng, &mut self.constants).into_iter().for_each(|c| elements(rng, &mut c.data)),
            5 => some(rng, &mut self.constants).into_iter().for_each(|c| dims(rng, &mut c.shape)),
            6 => {
                // The same numbers in another type or number.
                let n = 1 << rng.below(9);
                let dtype = rng.dtype();
                if let Some(c) = some(rng, &mut self.constants) {
                    *c = match dtype {
                        DType::I8 => Tensor::i8(&[n], vec![-128; n as usize]),
                        DType::I16 => Tensor::i16(&[n], vec![i16::MIN; n as usize]),
                        DType::I32 => Tensor::i32(&[n], vec![i32::MAX; n as usize]),
                    };
                }
            }
            7 | 8 => {
                let to = if rng.below(8) == 0 { word(rng, values as u32) } else { rng.below(values) as u32 };
                let node = some(rng, &mut self.nodes);
                let operand = node.and_then(|node| some(rng, &mut node.operands));
                operand.into_iter().for_each(|v| *v = to);
            }
            9 => {
                let more = rng.pick(&[0, 1, 14, 15, 16, 17]);
                if let Some(node) = some(rng, &mut self.nodes) {
                    let first = node.operands.first().copied().unwrap_or(0);
                    node.operands.resize(more.max(1) - usize::from(more == 0), first);
                }
            }
            10 => {
                let at = rng.below(self.nodes.len() as u64 + 1) as usize;
                let copy = some(rng, &mut self.nodes).cloned();
                copy.into_iter().for_each(|node| self.nodes.insert(at, node));
            }
            11 => {
                let n = rng.pick(&[1, 2, 15, 16, 17]);
                self.outputs.resize(n, rng.below(values) as u32);
            }
            12 => {
                let to = word(rng, values as u32);
                some(rng, &mut self.outputs).into_iter().for_each(|v| *v = to);
            }
            13 => self.chain(rng),
            _ => some(rng, &mut self.nodes).into_iter().for_each(|node| attribute(rng, &mut node.op)),
        }
    }

    /// Nodes of one kind, each on the last: what grows with each.
    fn chain(&mut self, rng: &mut Rng) {
        let rank = self.inputs.first().map_or(1, |ty| ty.shape.len().max(1));
        let length = rng.pick(&[1, 2, 5, 9, 20, 31]);
        let length = if rng.below(20) == 0 { rng.pick(&[100, 4_090, 4_096, 4_097]) } else { length };
        let kind = rng.below(12);
        let axis = rng.below(rank as u64) as usize;
        let along =
            |n: u32, else_: u32| (0..rank).map(|d| if d == axis { n } else { else_ }).collect::<Vec<u32>>();
        for _ in 0..length {
            let x = (self.values() as u32).saturating_sub(1);
            let (operands, op) = match kind {
                0 => (vec![x], Op::Tile(Tile { repeats: along(2, 1) })),
                1 => (vec![x], Op::Pad(Pad { before: along(0, 0), after: along(3, 0), value: 0 })),
                2 => (vec![x; 2], Op::Concat(Concat { axis: axis as u8 })),
                3 => (vec![x; 16], Op::Concat(Concat { axis: axis as u8 })),
                4 => (vec![x; 2], Op::Add(Add {})),
                5 => (vec![x; 2], Op::Mul(Mul {})),
                6 => (vec![x; 2], Op::Sub(Sub {})),
                7 => (vec![x], Op::Shift(Shift { bits: 1, round: false })),
                8 => (vec![x], Op::Shift(Shift { bits: -1, round: true })),
                9 => (vec![x; 3], Op::Select(Select {})),
                10 => (vec![x], Op::Transpose(Transpose { perm: (0..rank as u8).rev().collect() })),
                _ => (vec![x], Op::Clamp(Clamp { lo: -1, hi: 1 })),
            };
            self.nodes.push(Node { operands, op });
        }
        let last = self.values() as u32 - 1;
        self.outputs.iter_mut().take(1).for_each(|v| *v = last);
    }
}

fn some<'a, T>(rng: &mut Rng, of: &'a mut [T]) -> Option<&'a mut T> {
    let at = rng.below(of.len().max(1) as u64) as usize;
    of.get_mut(at)
}

fn dims(rng: &mut Rng, shape: &mut Vec<u32>) {
    match rng.below(6) {
        0 => shape.push(rng.pick(&[0, 1, 1, 2])),
        1 => drop(shape.pop()),
        2 => shape.reverse(),
        _ => some(rng, shape).into_iter().for_each(|d| *d = word(rng, *d)),
    }
}

/// One element, or all, at an end or a limit.
fn elements(rng: &mut Rng, data: &mut Data) {
    let (at, all) = (rng.next() as usize, rng.below(4) == 0);
    fn set<T: Copy>(v: &mut [T], at: usize, all: bool, mut value: impl FnMut(T) -> T) {
        let at = at % v.len().max(1);
        let to = if all { &mut v[..] } else { v.get_mut(at..=at).unwrap_or(&mut []) };
        to.iter_mut().for_each(|x| *x = value(*x));
    }
    match data {
        Data::I8(v) => set(v, at, all, |x| word(rng, x as u32) as i8),
        Data::I16(v) => set(v, at, all, |x| word(rng, x as u32) as i16),
        Data::I32(v) => set(v, at, all, |x| word(rng, x as u32) as i32),
    }
}

/// One number of an op's encoding behind its tag; what no longer decodes stays as it was.
fn attribute(rng: &mut Rng, op: &mut Op) {
    let Ok(mut bytes) = borsh::to_vec(op) else { return };
    let Some(len) = bytes.len().checked_sub(1).filter(|&n| n > 0) else { return };
    let at = rng.below(len as u64) as usize;
    // Most attributes are words, one after the other.
    let at = 1 + if rng.below(4) > 0 { at / 4 * 4 } else { at };
    let part = &mut bytes[at..];
    if let Some(to) = part.first_chunk_mut::<8>()
        && rng.below(8) == 0
    {
        *to = (1i64 << rng.below(63)).wrapping_mul(rng.pick(&[1, -1])).to_le_bytes();
    } else if let Some(to) = part.first_chunk_mut::<4>()
        && rng.below(4) > 0
    {
        *to = word(rng, u32::from_le_bytes(*to)).to_le_bytes();
    } else if let Some(to) = part.first_mut() {
        *to = word(rng, (*to).into()) as u8;
    }
    if let Ok(changed) = borsh::from_slice(&bytes) {
        *op = changed;
    }
}

/// Limits of SPEC.md section 6 that no edit is likely to reach, and shapes that take much for little.
pub fn extreme(rng: &mut Rng) -> Parts {
    let i8s = |shape: &[u32]| vec![TensorType::new(DType::I8, shape)];
    let node = |operands: &[u32], op: Op| Node { operands: operands.to_vec(), op };
    let clamp = || Op::Clamp(Clamp { lo: -5, hi: 5 });
    let mut parts = Parts { inputs: i8s(&[1]), constants: vec![], nodes: vec![], outputs: vec![1] };
    match rng.below(9) {
        // Windows: far wider than the image, far apart, on much padding.
        0 | 1 => {
            let edge = |rng: &mut Rng, all: &[u32]| [rng.pick(all), rng.pick(all)];
            let (c, o) = (rng.pick(&[1, 2, 3, 16, 17, 64, 65]), rng.pick(&[1, 3, 16, 33]));
            let size = edge(rng, &[1, 2, 3, 7, 64]);
            let (kernel, stride) = (edge(rng, &[1, 2, 8, 63, 64]), edge(rng, &[1, 2, 63, 64]));
            let dilation = edge(rng, &[1, 1, 2, 63, 64]);
            let pads = std::array::from_fn(|_| rng.pick(&[0, 1, 63, 1023, 1024]));
            let dtype = rng.pick(&[DType::I8, DType::I8, DType::I16]);
            let inside = std::array::from_fn(|side| rng.pick(&[0, 1, kernel[side % 2] - 1]));
            parts.inputs = vec![TensorType::new(dtype, &[size[0], size[1], c])];
            let zero_point = rng.value(DType::I8);
            let (weight, bias) = (0, 1);
            let [kh, kw] = kernel;
            let op = match rng.below(5) {
                0 => {
                    let groups = rng.pick(&[1, 1, c]);
                    let o = o * groups;
                    parts.constants = vec![rng.weights(&[o, kh, kw, c / groups]), rng.biases(o)];
                    Op::Conv2d(Conv2d { weight, bias, zero_point, stride, dilation, pads, groups })
                }
                1 => {
                    parts.constants = vec![rng.weights(&[kh, kw, c]), rng.biases(c)];
                    Op::DepthwiseConv2d(DepthwiseConv2d { weight, bias, zero_point, stride, dilation, pads })
                }
                2 => {
                    parts.constants = vec![rng.weights(&[o, kh, kw, c]), rng.biases(o)];
                    let pads = pads.map(|pad| pad as i32 * rng.pick(&[1, -1]));
                    Op::ConvTranspose2d(ConvTranspose2d { weight, bias, zero_point, stride, dilation, pads })
                }
                3 => Op::MaxPool(MaxPool { kernel, stride, pads: inside }),
                _ => {
                    let (zero_points, count_padding) = ([zero_point; 2], rng.below(2) == 0);
                    Op::AvgPool(AvgPool { kernel, stride, pads: inside, zero_points, count_padding })
                }
            };
            parts.nodes = vec![node(&[0], op)];
        }
        // Much result of little work.
        2 => {
            let n = rng.pick(&[1 << 10, 1 << 15, (1 << 24) - 1, 1 << 24, (1 << 24) + 1]);
            let after = node(&[1], clamp());
            let op = match rng.below(4) {
                0 => Op::Tile(Tile { repeats: vec![n] }),
                1 => Op::Pad(Pad { before: vec![n], after: vec![n - 1], value: 3 }),
                2 => {
                    let row = rng.pick(&[64, 1 << 16]);
                    parts.constants = vec![rng.weights(&[2, row])];
                    parts.inputs = i8s(&[rng.pick(&[2, 64])]);
                    parts.nodes = vec![node(&[0], Op::Clamp(Clamp { lo: 0, hi: 1 }))];
                    Op::Embed(Embed { table: 0 })
                }
                _ => {
                    parts.inputs = i8s(&[rng.pick(&[1, 2, 9]), rng.pick(&[1, 2, 9]), rng.pick(&[1, 3])]);
                    let scale =
                        [rng.pick(&[1, 2047, 2048, 2049]), 1, rng.pick(&[1, 2048]), rng.pick(&[1, 2])];
                    let border = rng.pick(&[0, 2047, 2048, -1]);
                    let mode = rng.pick(&[ResizeMode::Nearest, ResizeMode::Bilinear]);
                    Op::Resize(Resize { mode, scale, offset: [0, 0], border: [border, border] })
                }
            };
            let x = parts.values() as u32 - 1;
            parts.nodes.push(node(&[x], op));
            if rng.below(2) == 0 {
                parts.nodes.push(Node { operands: vec![x + 1], ..after });
            }
            parts.outputs = vec![parts.values() as u32 - 1; rng.pick(&[1, 16, 17])];
        }
        // Deep trees, now and then of many nodes.
        3 => {
            let n = rng.pick(&[1, 2, 50, 1_000]) + if rng.below(30) == 0 { 100_000 } else { 0 };
            let children = (0..n).flat_map(|i| [-1 - i, if i + 1 < n { i + 1 } else { -2 - i }]).collect();
            let random =
                |rng: &mut Rng, n: i32| (0..n).map(|_| rng.range(-128, 127) as i32).collect::<Vec<_>>();
            let count = n as u32;
            parts.constants = vec![
                Tensor::i32(&[count], vec![0; n as usize]),
                Tensor::i32(&[count], random(rng, n)),
                Tensor::i32(&[count, 2], children),
                Tensor::i32(&[1], vec![0]),
                Tensor::i32(&[count + 1, 1], random(rng, n + 1)),
                Tensor::i32(&[1], vec![rng.pick(&[0, i32::MAX, i32::MIN])]),
            ];
            let trees = TreeEnsemble { feature: 0, threshold: 1, children: 2, roots: 3, leaves: 4, bias: 5 };
            parts.nodes = vec![node(&[0], Op::TreeEnsemble(trees))];
        }
        // One constant that many nodes name.
        4 => {
            let (n, k) = (rng.pick(&[1, 16, 100, 1_000]), rng.pick(&[1, 7, 64, 1_000]));
            parts.inputs = i8s(&[k]);
            parts.constants = vec![rng.weights(&[n, k]), rng.biases(n)];
            for i in 0..rng.pick(&[2, 9, 100]) {
                let zero_point = if rng.below(2) == 0 { 0 } else { i % 128 };
                parts.nodes.push(node(&[0], Op::MatMul(MatMul { weight: 0, bias: 1, zero_point })));
            }
            parts.outputs = vec![parts.values() as u32 - 1];
        }
        // As many ports, nodes, constants as there may be, and one more.
        5 => {
            parts.inputs = vec![TensorType::new(rng.dtype(), &[2]); rng.pick(&[0, 1, 16, 17])];
            let nodes = rng.pick(&[0, 1, limits::NODES, limits::NODES + 1]);
            parts.nodes = (0..nodes as u32).map(|i| node(&[i], clamp())).collect();
            parts.outputs = vec![rng.below(1 + nodes as u64) as u32; rng.pick(&[0, 1, 16, 17])];
            if rng.below(4) == 0 {
                let n = rng.pick(&[limits::CONSTANTS, limits::CONSTANTS + 1]);
                parts.constants = vec![Tensor::i8(&[1], vec![0]); n];
            }
        }
        // Large values that are never read, or all read at the end.
        6 => {
            let (repeats, n) = (rng.pick(&[1 << 10, 1 << 20, 1 << 24]), rng.range(2, 16) as u32);
            parts.nodes = (0..n).map(|_| node(&[0], Op::Tile(Tile { repeats: vec![repeats] }))).collect();
            if rng.below(2) == 0 {
                parts.nodes.push(node(&(1..=n).collect::<Vec<_>>(), Op::Concat(Concat { axis: 0 })));
            }
            parts.outputs = vec![parts.values() as u32 - 1];
        }
        // Sizes that come and go, for the memory plan.
        _ => {
            parts.inputs = i8s(&[rng.pick(&[1, 7, 64])]);
            for _ in 0..rng.range(2, 60) {
                let x = rng.range((parts.values() as i64 - 3).max(0), parts.values() as i64 - 1) as u32;
                let back = rng.below(parts.values() as u64) as u32;
                parts.nodes.push(match rng.below(3) {
                    0 => node(&[x], Op::Tile(Tile { repeats: vec![rng.pick(&[1, 2, 9, 40])] })),
                    1 => node(&[x, back], Op::Concat(Concat { axis: 0 })),
                    _ => {
                        let (start, size) = (vec![0], vec![rng.pick(&[1, 7, 64])]);
                        node(&[back], Op::Slice(Slice { start, step: vec![1], size }))
                    }
                });
            }
            parts.outputs = vec![parts.values() as u32 - 1];
        }
    }
    parts
}
