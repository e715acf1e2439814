//! Convolutional networks.

use super::build::{I8, Net, Ratio, Value, sum_spread};
use isocortex_model::{Artifact, DType, Op, Tensor, TensorType, ops};

/// Spread before a clamp at zero, and of results without one.
const WIDE: u32 = 70;
const NARROW: u32 = 40;

/// Side of the image, and what channels are divided by.
const fn size(tiny: bool) -> (u32, u32) {
    if tiny { (32, 16) } else { (224, 1) }
}

pub(super) fn resnet50(tiny: bool) -> Artifact {
    let (side, divisor) = size(tiny);
    let mut net = Images::new(side);
    let x = net.convolution(&net.input(side), 64 / divisor, 7, 2, true);
    let mut x = net.max_pool(&x, 3, 2, 1);
    for (stage, (blocks, channels)) in [(3, 64), (4, 128), (6, 256), (3, 512)].into_iter().enumerate() {
        let channels = channels / divisor;
        for block in 0..blocks {
            let stride = if block == 0 && stage > 0 { 2 } else { 1 };
            let y = net.convolution(&x, channels, 1, 1, true);
            let y = net.convolution(&y, channels, 3, stride, true);
            let y = net.convolution(&y, 4 * channels, 1, 1, false);
            let shortcut =
                if block == 0 { net.convolution(&x, 4 * channels, 1, stride, false) } else { x.clone() };
            x = net.add(&shortcut, &y, true);
        }
    }
    net.classify(&x, 1_000 / divisor)
}

/// Expansion, channels, repeats, stride of the first.
const BLOCKS: [(u32, u32, u32, u32); 7] = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];

pub(super) fn mobilenet_v2(tiny: bool) -> Artifact {
    let (side, divisor) = size(tiny);
    let divisor = divisor.div_ceil(2);
    let mut net = Images::new(side);
    let mut x = net.convolution(&net.input(side), 32 / divisor, 3, 2, true);
    for (expansion, channels, repeats, first) in BLOCKS {
        for i in 0..repeats {
            let stride = if i == 0 { first } else { 1 };
            let wide = channels_of(&x) * expansion;
            let y = if expansion > 1 { net.convolution(&x, wide, 1, 1, true) } else { x.clone() };
            let y = net.depthwise(&y, 3, stride);
            let y = net.convolution(&y, channels / divisor, 1, 1, false);
            x = if x.shape == y.shape { net.add(&x, &y, false) } else { y };
        }
    }
    let x = net.convolution(&x, 1_280 / divisor, 1, 1, true);
    net.classify(&x, 1_000 / divisor)
}

struct Images(Net);

impl Images {
    fn new(side: u32) -> Self {
        Self(Net::new(TensorType::new(DType::I8, &[side, side, 3])))
    }

    fn input(&self, side: u32) -> Value {
        Value { index: 0, shape: vec![side, side, 3], zero: 0, spread: I8 }
    }

    /// A square kernel with pads that keep the size at stride 1, a bias and a Rescale.
    fn convolution(&mut self, x: &Value, out: u32, kernel: u32, stride: u32, relu: bool) -> Value {
        let sum = sum_spread(kernel * kernel * channels_of(x), x.spread);
        let (weight, bias) = (self.0.weights(&[out, kernel, kernel, channels_of(x)]), self.bias(out, sum));
        let (stride2, dilation, pads) = ([stride; 2], [1; 2], [kernel / 2; 4]);
        let zero_point = x.zero;
        let op = ops::Conv2d { weight, bias, zero_point, stride: stride2, dilation, pads, groups: 1 };
        let sums = self.0.push(&[x.index], Op::Conv2d(op));
        self.rescaled(sums, shrunk(x, kernel, stride, kernel / 2, out), sum, relu)
    }

    fn depthwise(&mut self, x: &Value, kernel: u32, stride: u32) -> Value {
        let channels = channels_of(x);
        let sum = sum_spread(kernel * kernel, x.spread);
        let (weight, bias) = (self.0.weights(&[kernel, kernel, channels]), self.bias(channels, sum));
        let (zero_point, stride2, dilation, pads) = (x.zero, [stride; 2], [1; 2], [kernel / 2; 4]);
        let op = ops::DepthwiseConv2d { weight, bias, zero_point, stride: stride2, dilation, pads };
        let sums = self.0.push(&[x.index], Op::DepthwiseConv2d(op));
        self.rescaled(sums, shrunk(x, kernel, stride, kernel / 2, channels), sum, true)
    }

    fn bias(&mut self, out: u32, sum: u32) -> u32 {
        let values = self.0.integers(out, sum);
        self.0.constant(Tensor::i32(&[out], values))
    }

    fn rescaled(&mut self, sums: u32, shape: Vec<u32>, sum: u32, relu: bool) -> Value {
        let (zero, spread) = if relu { (-128, WIDE) } else { (0, NARROW) };
        let channels = shape.last().copied().unwrap_or(1);
        let (multiplier, shift) = self.0.scales(Ratio(spread.into(), sum.into()), channels);
        let op = ops::Rescale { multiplier, shift, zero_point: zero, lo: -128, hi: 127, dtype: DType::I8 };
        let index = self.0.push(&[sums], Op::Rescale(op));
        // Half of a symmetric value's square is left where the other half is cut.
        Value { index, shape, zero, spread: if relu { spread * 7 / 10 } else { spread } }
    }

    /// The sum of two, each by about 1/√2.
    fn add(&mut self, a: &Value, b: &Value, relu: bool) -> Value {
        let zero = if relu { -128 } else { 0 };
        let op = ops::AddScaled {
            multipliers: [759_250_125; 2],
            zero_points: [a.zero, b.zero],
            shift: 30,
            zero_point: zero,
            lo: -128,
            hi: 127,
            dtype: DType::I8,
        };
        let index = self.0.push(&[a.index, b.index], Op::AddScaled(op));
        Value { index, shape: a.shape.clone(), zero, spread: a.spread.max(b.spread) }
    }

    fn max_pool(&mut self, x: &Value, kernel: u32, stride: u32, pad: u32) -> Value {
        let op = ops::MaxPool { kernel: [kernel; 2], stride: [stride; 2], pads: [pad; 4] };
        let index = self.0.push(&[x.index], Op::MaxPool(op));
        let shape = shrunk(x, kernel, stride, pad, channels_of(x));
        Value { index, shape, zero: x.zero, spread: x.spread * 3 / 2 }
    }

    /// The mean of the image and a product with as many columns as there are classes.
    fn classify(mut self, x: &Value, classes: u32) -> Artifact {
        let (channels, pixels) = (channels_of(x), x.shape.iter().take(2).product::<u32>());
        let op = ops::ReduceSum { axes: vec![0, 1], zero_point: x.zero };
        let sums = self.0.push(&[x.index], Op::ReduceSum(op));
        let (multiplier, shift) = self.0.scales(Ratio(1, pixels.into()), 1);
        let (lo, hi, dtype, zero_point) = (-128, 127, DType::I8, x.zero);
        let mean = ops::Rescale { multiplier, shift, zero_point, lo, hi, dtype };
        let mean = self.0.push(&[sums], Op::Rescale(mean));
        let sum = sum_spread(channels, x.spread);
        let (weight, bias) = (self.0.weights(&[classes, channels]), self.bias(classes, sum));
        let sums = self.0.push(&[mean], Op::MatMul(ops::MatMul { weight, bias, zero_point }));
        self.rescaled(sums, vec![classes], sum, false);
        self.0.artifact()
    }
}

fn channels_of(x: &Value) -> u32 {
    x.shape.last().copied().unwrap_or(1)
}

/// The shape after a window of this size.
fn shrunk(x: &Value, kernel: u32, stride: u32, pad: u32, channels: u32) -> Vec<u32> {
    let mut shape: Vec<_> = x.shape.iter().take(2).map(|n| (n + 2 * pad - kernel) / stride + 1).collect();
    shape.push(channels);
    shape
}
