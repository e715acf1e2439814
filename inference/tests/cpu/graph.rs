//! Random models that pass the check.

use isocortex_model::ops::{
    AddScaled, Clamp, Conv2d, DepthwiseConv2d, MatMul, MaxPool, ReduceSum, Rescale, Reshape, Table8,
    Transpose,
};
use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, Tensor, TensorType};

/// SplitMix64.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn range(&mut self, lo: i64, hi: i64) -> i64 {
        lo + self.below((hi - lo + 1) as u64) as i64
    }

    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }

    /// Of the type, its ends more often than not by chance alone.
    pub fn value(&mut self, dtype: DType) -> i32 {
        let all = dtype.range();
        match self.below(4) {
            0 => all.lo,
            1 => all.hi,
            _ => self.range(all.lo.into(), all.hi.into()) as i32,
        }
    }

    pub fn dtype(&mut self) -> DType {
        self.pick(&[DType::I8, DType::I8, DType::I16, DType::I32])
    }

    /// Two ends, in order.
    fn ends(&mut self, dtype: DType) -> (i32, i32) {
        let (a, b) = (self.value(dtype), self.value(dtype));
        (a.min(b), a.max(b))
    }

    pub fn weights(&mut self, shape: &[u32]) -> Tensor {
        let n = shape.iter().product();
        let data = match self.below(4) {
            0 => vec![-128; n as usize],
            1 => (0..n).map(|_| self.pick(&[-128, 127])).collect(),
            _ => (0..n).map(|_| self.next() as i8).collect(),
        };
        Tensor::i8(shape, data)
    }

    pub fn biases(&mut self, n: u32) -> Tensor {
        Tensor::i32(&[n], (0..n).map(|_| self.range(-1 << 20, 1 << 20) as i32).collect())
    }
}

const QUANT: Quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };

/// A model under construction; always one that passes.
#[derive(Clone)]
pub struct Graph {
    inputs: Vec<TensorType>,
    pub constants: Vec<Tensor>,
    nodes: Vec<Node>,
    /// Elements of an operand beyond which no node is added.
    pub most: u64,
    pub model: Model,
}

impl Graph {
    /// No nodes yet; the inputs are the outputs.
    pub fn new(inputs: &[TensorType]) -> Self {
        let outputs: Vec<u32> = (0..inputs.len() as u32).collect();
        let model = check(inputs, &[], &[], &outputs).unwrap();
        Self { inputs: inputs.to_vec(), constants: vec![], nodes: vec![], most: 1 << 13, model }
    }

    /// With constants that some node is to use.
    pub fn constant(&mut self, tensor: Tensor) -> u32 {
        self.constants.push(tensor);
        self.constants.len() as u32 - 1
    }

    /// Adds a node and makes it the only output; its value. `None` where the check refuses.
    pub fn add(&mut self, operands: &[u32], op: Op) -> Option<u32> {
        self.nodes.push(Node { operands: operands.to_vec(), op });
        let value = (self.inputs.len() + self.nodes.len()) as u32 - 1;
        self.model = check(&self.inputs, &self.constants, &self.nodes, &[value])?;
        Some(value)
    }

    pub fn with_outputs(mut self, outputs: &[u32]) -> Self {
        self.model = check(&self.inputs, &self.constants, &self.nodes, outputs).unwrap();
        self
    }

    /// `nodes` random nodes on one or two random inputs, some of whose values are outputs.
    pub fn random(rng: &mut Rng, nodes: usize) -> Self {
        let channels = rng.pick(&[1, 2, 3, 4, 5, 8, 15, 16, 17, 33]);
        let image = [rng.range(1, 9) as u32, rng.range(1, 9) as u32, channels];
        let first = TensorType::new(rng.pick(&[DType::I8, DType::I8, DType::I16]), &image);
        let inputs = if rng.below(3) == 0 {
            vec![first.clone(), TensorType::new(rng.dtype(), &image)]
        } else {
            vec![first]
        };
        Self::new(&inputs).grown(rng, nodes)
    }

    /// With random nodes until there are so many, and some values as outputs.
    pub fn grown(self, rng: &mut Rng, nodes: usize) -> Self {
        let mut graph = self;
        while graph.nodes.len() < nodes {
            let tag = rng.pick(&Self::tags());
            if let Some(next) = graph.clone().with(rng, tag) {
                graph = next;
            }
        }
        let values = graph.model.values().len() as u64;
        let mut outputs = vec![values as u32 - 1];
        (0..rng.below(3)).for_each(|_| outputs.push(rng.below(values) as u32));
        graph.with_outputs(&outputs)
    }

    /// Of all ops.
    pub fn tags() -> Vec<i64> {
        (1..=51).chain(60..=62).collect()
    }

    /// With one more node of the op with this tag, mostly on the latest value.
    pub fn with(mut self, rng: &mut Rng, tag: i64) -> Option<Self> {
        let values = self.model.values().len() as u64;
        let value = if rng.below(4) > 0 { values - 1 } else { rng.below(values) };
        let ty = self.model.values()[value as usize].ty.clone();
        let (channels, rank) = (ty.channels(), ty.shape.len());
        let mut operands = vec![value as u32];
        let wide = ty.dtype == DType::I16 && rng.below(2) == 0;
        let zero_point = rng.value(if wide { DType::I16 } else { DType::I8 });
        let few = |rng: &mut Rng, n| [rng.range(1, n) as u32, rng.range(1, n) as u32];
        let op = match tag {
            1 | 2 => {
                let (kernel, stride, dilation) = (few(rng, 4), few(rng, 3), few(rng, 3));
                let most = rng.pick(&[0, 1, 2, 9]);
                let pads = std::array::from_fn(|_| rng.range(0, most) as u32);
                let n = if tag == 1 { rng.pick(&[1, 3, 10, 16, 17, 31, 48, 66]) } else { channels };
                let [kh, kw] = kernel;
                let divides = |g: &u32| channels.is_multiple_of(*g) && n.is_multiple_of(*g);
                let groups = rng.pick(&(1..=channels).filter(divides).collect::<Vec<_>>());
                let groups = if rng.below(3) == 0 { groups } else { 1 };
                let shape =
                    if tag == 1 { vec![n, kh, kw, channels / groups] } else { vec![kh, kw, channels] };
                let weight = self.constant(rng.weights(&shape));
                let bias = self.constant(rng.biases(n));
                if tag == 1 {
                    Op::Conv2d(Conv2d { weight, bias, zero_point, stride, dilation, pads, groups })
                } else {
                    Op::DepthwiseConv2d(DepthwiseConv2d { weight, bias, zero_point, stride, dilation, pads })
                }
            }
            3 => {
                let n = rng.pick(&[1, 2, 10, 16, 40, 65]);
                let weight = self.constant(rng.weights(&[n, channels]));
                let bias = self.constant(rng.biases(n));
                Op::MatMul(MatMul { weight, bias, zero_point })
            }
            4 => {
                let n = rng.pick(&[1, channels, channels]);
                let multiplier = |rng: &mut Rng| rng.range((1 << 30) - 1, (1 << 31) - 1).max(1 << 30) as i32;
                let data = (0..n).map(|_| if rng.below(9) == 0 { 0 } else { multiplier(rng) }).collect();
                let multiplier = self.constant(Tensor::i32(&[n], data));
                let most = rng.pick(&[40, 62]);
                let shift = (0..n).map(|_| rng.range(2, most) as i8).collect();
                let shift = self.constant(Tensor::i8(&[n], shift));
                let dtype = rng.dtype();
                let (lo, hi) = rng.ends(dtype);
                Op::Rescale(Rescale { multiplier, shift, zero_point: rng.value(dtype), lo, hi, dtype })
            }
            5 => {
                let same = |v: &u64| self.model.values()[*v as usize].ty.shape == ty.shape;
                let other = rng.pick(&(0..values).filter(same).collect::<Vec<_>>());
                operands.push(other as u32);
                let dtype = rng.pick(&[DType::I8, DType::I16]);
                let (lo, hi) = rng.ends(dtype);
                let types = [ty.dtype, self.model.values()[other as usize].ty.dtype];
                Op::AddScaled(AddScaled {
                    multipliers: std::array::from_fn(|_| rng.range(0, (1 << 31) - 1) as i32),
                    zero_points: types.map(|t| rng.value(t)),
                    shift: rng.range(2, 62) as u8,
                    zero_point: rng.value(dtype),
                    lo,
                    hi,
                    dtype,
                })
            }
            6 => {
                let (lo, hi) = rng.ends(ty.dtype);
                Op::Clamp(Clamp { lo, hi })
            }
            7 => {
                let kernel = few(rng, 4);
                let pads = std::array::from_fn(|side| rng.below(kernel[side % 2].into()) as u32);
                Op::MaxPool(MaxPool { kernel, stride: few(rng, 3), pads })
            }
            8 => {
                let axes = (0..rank as u8).filter(|_| rng.below(2) == 0).collect();
                Op::ReduceSum(ReduceSum { axes, zero_point: rng.value(ty.dtype) })
            }
            9 => {
                let n = ty.elements() as u32;
                let d = (1..=n).filter(|d| n.is_multiple_of(*d)).collect::<Vec<_>>();
                let d = rng.pick(&d);
                Op::Reshape(Reshape { shape: rng.pick(&[vec![n], vec![d, n / d], vec![1, d, n / d]]) })
            }
            10 => {
                let mut perm: Vec<u8> = (0..rank as u8).collect();
                (1..rank).for_each(|i| perm.swap(i, rng.below(i as u64 + 1) as usize));
                Op::Transpose(Transpose { perm })
            }
            11 => {
                let dtype = rng.dtype();
                let all = dtype.range();
                Op::Table8(Table8 { table: self.numbers(rng, &[256], dtype, all.lo.into(), all.hi.into()) })
            }
            60.. => {
                let (all, op) = self.f24(rng, tag, value as u32)?;
                operands = all;
                op
            }
            _ => {
                let (all, op) = self.more(rng, tag, value as u32)?;
                operands = all;
                op
            }
        };
        self.add(&operands, op)?;
        Some(self)
    }
}

fn check(inputs: &[TensorType], constants: &[Tensor], nodes: &[Node], outputs: &[u32]) -> Option<Model> {
    let ports = inputs.iter().map(|ty| Port { name: String::new(), ty: ty.clone(), quant: QUANT }).collect();
    let outputs = outputs.iter().map(|&value| Output { name: String::new(), value, quant: QUANT }).collect();
    Model::check(&Artifact::build(ports, constants.to_vec(), nodes.to_vec(), outputs, Default::default()))
        .ok()
}
