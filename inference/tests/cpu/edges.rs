use super::graph::{Graph, Rng};
use super::{backends, compare, compare_on};
use isocortex_model::ops::{AvgPool, Clamp, Conv2d, DepthwiseConv2d, MatMul, Rescale, q31s};
use isocortex_model::{DType, Op, Tensor, TensorType};

fn image(h: u32, w: u32, c: u32) -> Graph {
    Graph::new(&[TensorType::new(DType::I8, &[h, w, c])])
}

/// A convolution with weights of one value or random ones, extreme inputs and zero points.
fn conv(size: [u32; 3], kernel: [u32; 3], stride: [u32; 2], dilation: [u32; 2], pads: [u32; 4]) {
    let (backends, mut rng) = (backends(), Rng(7));
    for zero_point in [-128, 0, 127] {
        for fill in [Some(-128i8), Some(127), None] {
            let [n, kh, kw] = kernel;
            let mut graph = image(size[0], size[1], size[2]);
            let shape = [n, kh, kw, size[2]];
            let weights = match fill {
                Some(v) => Tensor::i8(&shape, vec![v; shape.iter().product::<u32>() as usize]),
                None => rng.weights(&shape),
            };
            let (weight, bias) = (graph.constant(weights), graph.constant(rng.biases(n)));
            graph
                .add(&[0], Op::Conv2d(Conv2d { weight, bias, zero_point, stride, dilation, pads, groups: 1 }))
                .unwrap();
            compare(&backends, graph.model, &mut rng, "conv");
        }
    }
}

#[test]
fn padding_larger_than_the_kernel() {
    conv([3, 2, 5], [4, 2, 2], [1, 1], [1, 1], [7, 5, 3, 9]);
}

#[test]
fn padding_so_large_that_windows_are_gathered() {
    conv([1, 1, 16], [17, 3, 2], [40, 40], [2, 3], [500, 500, 500, 500]);
}

#[test]
fn windows_of_single_bytes() {
    conv([9, 9, 1], [5, 3, 1], [1, 1], [1, 1], [1, 0, 1, 0]);
    conv([9, 9, 1], [33, 3, 3], [2, 1], [1, 2], [1, 1, 1, 1]);
}

#[test]
fn rows_and_channels_around_the_sizes_of_tiles() {
    for n in [1, 15, 16, 17, 32, 33, 48, 49, 64, 65, 80, 129] {
        conv([1, 14, 3], [n, 1, 2], [1, 1], [1, 1], [0; 4]);
    }
    for width in 1..30 {
        conv([1, width, 2], [20, 1, 1], [1, 1], [1, 1], [0; 4]);
        conv([1, width, 2], [64, 1, 1], [1, 1], [1, 1], [0; 4]);
    }
}

/// Rows of k elements, clamped to `lo` and above, times n rows of weights.
fn long_rows(n: u32, k: u32, weights: &[i8], lo: i32, zero_point: i32) {
    let mut rng = Rng(8);
    let mut graph = Graph::new(&[TensorType::new(DType::I8, &[2, k])]);
    let weight = graph.constant(Tensor::i8(&[n, k], (0..n * k).map(|_| rng.pick(weights)).collect()));
    let bias = graph.constant(rng.biases(n));
    // The check asks that every constant is used, so the Clamp alone would be refused; both together pass.
    graph.add(&[0], Op::Clamp(Clamp { lo, hi: 127 }));
    graph.add(&[1], Op::MatMul(MatMul { weight, bias, zero_point })).unwrap();
    compare(&backends(), graph.model, &mut rng, "long rows");
}

/// Packed weights would be mostly empty, so they are used as they came.
#[test]
fn few_channels_of_a_long_row() {
    long_rows(1, 131_000, &[-128], -128, 0);
    long_rows(2, 40_003, &[-128, -128, 127], -128, 0);
}

/// The true sums fit i32, as 28·128·100,000 does; the kernels' own terms, up to 255·128 with the zero point in
/// the bias, do not: they wrap there and back, and an instruction that saturates would show.
#[test]
fn sums_that_leave_i32_on_the_way() {
    long_rows(1, 100_000, &[-128], 100, 127);
    long_rows(16, 100_000, &[-128], 100, 127);
    long_rows(16, 100_000, &[127, 127, 127, -128], 100, 127);
}

/// Each shift, multipliers and accumulators at their ends and at halves: against `q31s` itself.
#[test]
fn rescale_at_its_ends() {
    let backends = backends();
    let ends = [0, 1 << 30, (1 << 30) + 1, i32::MAX - 1, i32::MAX];
    let mut inputs = vec![i32::MIN, i32::MIN + 1, -1, 0, 1, i32::MAX - 1, i32::MAX];
    inputs.extend((0..31).flat_map(|bit| [1 << bit, -(1 << bit), (1 << bit) + 1, 3i32.wrapping_shl(bit)]));
    let bytes: Vec<u8> = inputs.iter().flat_map(|v| v.to_le_bytes()).collect();
    for shift in 2..=62i8 {
        for m in ends {
            let mut graph = Graph::new(&[TensorType::new(DType::I32, &[inputs.len() as u32])]);
            let multiplier = graph.constant(Tensor::i32(&[1], vec![m]));
            let shifts = graph.constant(Tensor::i8(&[1], vec![shift]));
            let (zero_point, lo, hi, dtype) = (i32::from(shift) - 5, i32::MIN, i32::MAX, DType::I32);
            graph
                .add(&[0], Op::Rescale(Rescale { multiplier, shift: shifts, zero_point, lo, hi, dtype }))
                .unwrap();
            let wanted = inputs.iter().map(|&v| {
                (q31s(v, m, shift as u32) + i64::from(zero_point)).clamp(i32::MIN.into(), i32::MAX.into())
                    as i32
            });
            let wanted: Vec<u8> = wanted.flat_map(i32::to_le_bytes).collect();
            let model = std::sync::Arc::new(graph.model);
            for cpu in &backends {
                let loaded = isocortex_inference::Backend::load(cpu, model.clone()).unwrap();
                assert!(loaded.run(&[&bytes]).unwrap().concat() == wanted, "shift {shift}, multiplier {m}");
            }
        }
    }
}

/// Words at the ends of their range: all the least, all the greatest, any of the two, and any at all.
fn words(rng: &mut Rng, n: usize) -> Vec<Vec<u8>> {
    let ends = [i16::MIN, i16::MAX];
    let mut all: Vec<Vec<u8>> = ends.map(|v| vec![v; n]).map(|v| bytes(&v)).to_vec();
    all.push(bytes(&(0..n).map(|_| rng.pick(&ends)).collect::<Vec<_>>()));
    all.push((0..2 * n).map(|_| rng.next() as u8).collect());
    all
}

fn bytes(words: &[i16]) -> Vec<u8> {
    words.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// Windows over words: padding, strides and dilation, weights and zero points at their ends; with a Rescale behind,
/// so that with and without it the sums are seen.
#[test]
fn words_at_their_ends() {
    let (backends, mut rng) = (backends(), Rng(11));
    // Rows, columns, channels; filters, window; stride, dilation, pads.
    let cases = [
        ([1, 14, 3], [17, 1, 1], [1, 1], [1, 1], [0; 4]),
        ([5, 7, 4], [16, 3, 3], [1, 1], [1, 1], [1; 4]),
        ([9, 6, 5], [3, 2, 3], [2, 1], [1, 2], [0, 1, 2, 3]),
        ([4, 4, 1], [33, 3, 3], [1, 2], [2, 1], [4, 0, 1, 2]),
        ([6, 5, 1], [2, 2, 3], [1, 1], [1, 2], [1; 4]),
        ([6, 5, 19], [66, 1, 1], [2, 2], [1, 1], [0; 4]),
        ([3, 3, 16], [20, 1, 1], [1, 1], [1, 1], [0, 1, 1, 0]),
        // So large that windows are gathered.
        ([1, 1, 16], [17, 3, 2], [40, 40], [2, 3], [500; 4]),
        ([2, 1, 3], [5, 2, 2], [40, 40], [1, 1], [700; 4]),
    ];
    for (size, [n, kh, kw], stride, dilation, pads) in cases {
        let channels = size[2];
        for zero_point in [-32_768, -1, 32_767] {
            for fill in [Some(-128i8), Some(127), None] {
                for depthwise in [false, true] {
                    let mut graph = Graph::new(&[TensorType::new(DType::I16, &size)]);
                    let (shape, n) = if depthwise {
                        (vec![kh, kw, channels], channels)
                    } else {
                        (vec![n, kh, kw, channels], n)
                    };
                    let weights = match fill {
                        Some(v) => Tensor::i8(&shape, vec![v; shape.iter().product::<u32>() as usize]),
                        None => rng.weights(&shape),
                    };
                    let (weight, bias) = (graph.constant(weights), graph.constant(rng.biases(n)));
                    let op = if depthwise {
                        Op::DepthwiseConv2d(DepthwiseConv2d {
                            weight,
                            bias,
                            zero_point,
                            stride,
                            dilation,
                            pads,
                        })
                    } else {
                        Op::Conv2d(Conv2d { weight, bias, zero_point, stride, dilation, pads, groups: 1 })
                    };
                    graph.add(&[0], op).unwrap();
                    let inputs = words(&mut rng, size.iter().product::<u32>() as usize);
                    compare_on(&backends, graph.model.clone(), &inputs, "words");
                    let Some(graph) = graph.with(&mut rng, 4) else { continue };
                    compare_on(&backends, graph.model, &inputs, "words, rescaled");
                }
            }
        }
    }
}

/// Sums of words as long as the check lets them be, around the sizes of tiles.
#[test]
fn rows_of_words() {
    let (backends, mut rng) = (backends(), Rng(12));
    for (rows, n, k) in [(1, 1, 250), (1, 17, 255), (2, 64, 33), (5, 49, 1), (13, 65, 254), (30, 16, 255)] {
        for zero_point in [-32_768, 0, 32_767] {
            for fill in [Some(-128i8), Some(127), None] {
                let mut graph = Graph::new(&[TensorType::new(DType::I16, &[rows, k])]);
                let weights = match fill {
                    Some(v) => Tensor::i8(&[n, k], vec![v; (n * k) as usize]),
                    None => rng.weights(&[n, k]),
                };
                let (weight, bias) = (graph.constant(weights), graph.constant(rng.biases(n)));
                graph.add(&[0], Op::MatMul(MatMul { weight, bias, zero_point })).unwrap();
                let inputs = words(&mut rng, (rows * k) as usize);
                compare_on(&backends, graph.model, &inputs, "rows of words");
            }
        }
    }
}

/// Means of elements at their ends, less zero points at theirs.
#[test]
fn means_at_their_ends() {
    let (backends, mut rng) = (backends(), Rng(13));
    for (size, kernel, stride, pads) in [
        ([1, 1, 1], [1, 1], [1, 1], [0; 4]),
        ([9, 7, 3], [3, 2], [1, 1], [2, 1, 2, 1]),
        ([8, 5, 16], [2, 4], [2, 3], [1, 3, 0, 2]),
        ([6, 6, 37], [6, 6], [1, 1], [0; 4]),
        ([70, 66, 2], [64, 64], [1, 1], [63; 4]),
    ] {
        for dtype in [DType::I8, DType::I16] {
            let (lo, hi) = (dtype.range().lo, dtype.range().hi);
            for zero_points in [[lo, hi], [hi, lo], [0, 0]] {
                for count_padding in [false, true] {
                    let mut graph = Graph::new(&[TensorType::new(dtype, &size)]);
                    let op = AvgPool { kernel, stride, pads, zero_points, count_padding };
                    graph.add(&[0], Op::AvgPool(op)).unwrap();
                    let mut inputs = words(&mut rng, graph.model.input_len().div_ceil(2));
                    inputs.extend([0x80, 0x7f].map(|byte| vec![byte; graph.model.input_len()]));
                    inputs.iter_mut().for_each(|x| x.truncate(graph.model.input_len()));
                    compare_on(&backends, graph.model, &inputs, "means");
                }
            }
        }
    }
}

/// Groups of a channel and a filter, of several filters, of many channels; of bytes and of words at their ends.
#[test]
fn groups_at_their_ends() {
    let (backends, mut rng) = (backends(), Rng(14));
    for (channels, filters, groups) in
        [(19, 19, 19), (4, 8, 4), (6, 34, 2), (40, 2, 2), (36, 12, 3), (64, 64, 2), (5, 85, 5)]
    {
        for dtype in [DType::I8, DType::I16] {
            for zero_point in [dtype.range().lo, dtype.range().hi] {
                for (stride, dilation, pads) in [([1, 1], [1, 1], [1; 4]), ([2, 1], [1, 3], [0, 5, 1, 3])] {
                    let mut graph = Graph::new(&[TensorType::new(dtype, &[5, 4, channels])]);
                    let weight = graph.constant(rng.weights(&[filters, 2, 3, channels / groups]));
                    let bias = graph.constant(rng.biases(filters));
                    let op = Conv2d { weight, bias, zero_point, stride, dilation, pads, groups };
                    graph.add(&[0], Op::Conv2d(op)).unwrap();
                    let mut inputs = words(&mut rng, graph.model.input_len().div_ceil(2));
                    inputs.extend([0x80, 0x7f].map(|byte| vec![byte; graph.model.input_len()]));
                    inputs.iter_mut().for_each(|x| x.truncate(graph.model.input_len()));
                    compare_on(&backends, graph.model.clone(), &inputs, "groups");
                    let Some(graph) = graph.with(&mut rng, 4) else { continue };
                    compare_on(&backends, graph.model, &inputs, "groups, rescaled");
                }
            }
        }
    }
}
