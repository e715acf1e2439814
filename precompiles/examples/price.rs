//! What each op takes on this machine, in nanoseconds a gas, at the default prices.
//!
//!     cargo run --release -p isocortex-precompiles --example price [-- OP ...]
//!
//! Each line is one op on operands of some shape, on one thread of the CPU backend: its own gas (what it adds to the
//! cost of a model; not calldata, input, output or the flat price), its own time (a model with it, less the same
//! model without it; medians), and the quotient. At 100 million gas a second a gas is worth 10 ns; what takes
//! longer is too cheap.
#![allow(clippy::expect_used, clippy::print_stdout)]

use DType::{I8, I16, I32};
use isocortex_inference::{Backend, Cpu};
use isocortex_model::{
    Artifact, Cost, DType, Model, Node, Op, Output, Port, Quant, Tensor, TensorType, ops::*,
};
use isocortex_precompiles::GasSchedule;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An operand: type, shape and interval.
type Operand = (DType, Vec<u32>, i32, i32);

struct Case {
    name: String,
    operands: Vec<Operand>,
    constants: Vec<Tensor>,
    op: Op,
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let cpu = Cpu::new(1).expect("this machine's self-test");
    println!("{:>8} {:>12} {:>10}  op, on one thread of {}", "ns/gas", "gas", "us", cpu.isa().name());
    for case in cases() {
        if !wanted.is_empty() && !wanted.iter().any(|w| case.name.starts_with(w.as_str())) {
            continue;
        }
        let (with, without) = (model(&case, true), model(&case, false));
        let gas = gas(with.cost()).saturating_sub(gas(without.cost()));
        let time = time(&cpu, with).saturating_sub(time(&cpu, without)).as_nanos() as u64;
        println!("{:>6}.{} {gas:>12} {:>10}  {}", time / gas, time * 10 / gas % 10, time / 1_000, case.name);
    }
}

/// Without what does not depend on the op.
fn gas(cost: &Cost) -> u64 {
    GasSchedule::default().inference(&Cost { weights: 0, ..*cost }, 1, 0, 0)
}

fn model(case: &Case, with: bool) -> Arc<Model> {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let mut operands = case.operands.clone();
    if operands.is_empty() {
        operands.push((I8, vec![1], 0, 0)); // a model has an input
    }
    let port = |(dtype, shape, ..): &Operand| Port {
        name: String::new(),
        ty: TensorType::new(*dtype, shape),
        quant,
    };
    let first = operands.len() as u32;
    let mut nodes: Vec<Node> = operands
        .iter()
        .enumerate()
        .map(|(i, &(.., lo, hi))| Node { operands: vec![i as u32], op: Op::Clamp(Clamp { lo, hi }) })
        .collect();
    let mut constants = vec![];
    if with {
        let all = first..first + case.operands.len() as u32;
        nodes.push(Node { operands: all.collect(), op: case.op.clone() });
        constants.clone_from(&case.constants);
    }
    // The last value, and the Clamps' as well, so that none of them is fused away.
    let outputs = first..first + nodes.len() as u32;
    let outputs = outputs.map(|value| Output { name: String::new(), value, quant }).collect();
    let artifact =
        Artifact::build(operands.iter().map(port).collect(), constants, nodes, outputs, Default::default());
    Arc::new(Model::check(&artifact).unwrap_or_else(|e| unreachable_case(&case.name, &e)))
}

fn unreachable_case(name: &str, error: &dyn std::error::Error) -> ! {
    eprintln!("{name}: {error}");
    std::process::exit(1)
}

/// The median of some runs.
fn time(cpu: &Cpu, model: Arc<Model>) -> Duration {
    let mut state = 1u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let input: Vec<u8> = (0..model.input_len()).map(|_| byte()).collect();
    let loaded = cpu.load(model).expect("memory");
    let mut times = vec![];
    let begin = Instant::now();
    while times.len() < 5 || (begin.elapsed() < Duration::from_millis(300) && times.len() < 101) {
        let start = Instant::now();
        loaded.run(&[&input]).expect("an input of the right length");
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn cases() -> Vec<Case> {
    let mut cases = vec![];
    let mut case = |name: &str, operands: &[(DType, &[u32], i32, i32)], constants: Vec<Tensor>, op: Op| {
        let operands = operands.iter().map(|&(t, s, lo, hi)| (t, s.to_vec(), lo, hi)).collect::<Vec<_>>();
        let shapes: Vec<String> = operands.iter().map(|(t, s, ..)| format!("{t:?}{s:?}")).collect();
        cases.push(Case {
            name: format!("{} {name} {}", op.name(), shapes.join(" ")),
            operands,
            constants,
            op,
        });
    };
    let all = |t: DType| (t.range().lo, t.range().hi);
    let of = |t: DType, shape: &'static [u32]| (t, shape, all(t).0, all(t).1);
    const IMAGE: &[u32] = &[64, 64, 64];
    const THIN: &[u32] = &[256, 256, 3];
    const ROWS: &[u32] = &[512, 512];
    const LINE: &[u32] = &[1 << 18];
    const COLUMN: &[u32] = &[1 << 18, 1];

    let weight = |shape: &[u32]| Tensor::i8(shape, vec![3; shape.iter().product::<u32>() as usize]);
    let bias = |n: u32| Tensor::i32(&[n], vec![7; n as usize]);
    let scales = |n: u32| {
        vec![Tensor::i32(&[n], vec![(1 << 30) + 12345; n as usize]), Tensor::i8(&[n], vec![38; n as usize])]
    };

    for (shape, o, k) in [
        (IMAGE, 64, 3),
        (IMAGE, 64, 1),
        (IMAGE, 1, 1),
        (IMAGE, 1, 3),
        (THIN, 1, 3),
        (THIN, 16, 3),
        (THIN, 1, 1),
    ] {
        let conv = |groups: u32| {
            Op::Conv2d(Conv2d {
                weight: 0,
                bias: 1,
                zero_point: 0,
                stride: [1, 1],
                dilation: [1, 1],
                pads: [k / 2; 4],
                groups,
            })
        };
        let c = shape[2];
        case(&format!("{o}x{k}x{k}"), &[of(I8, shape)], vec![weight(&[o, k, k, c]), bias(o)], conv(1));
        if o == c {
            case(
                &format!("{o}x{k}x{k} groups {c}"),
                &[of(I8, shape)],
                vec![weight(&[o, k, k, 1]), bias(o)],
                conv(c),
            );
            case(&format!("{o}x{k}x{k}"), &[of(I16, shape)], vec![weight(&[o, k, k, c]), bias(o)], conv(1));
        }
    }
    for (t, shape, k) in [(I8, IMAGE, 3), (I8, IMAGE, 1), (I8, THIN, 3), (I16, IMAGE, 3)] {
        let op = DepthwiseConv2d {
            weight: 0,
            bias: 1,
            zero_point: 0,
            stride: [1, 1],
            dilation: [1, 1],
            pads: [k / 2; 4],
        };
        case(
            &format!("{k}x{k}"),
            &[of(t, shape)],
            vec![weight(&[k, k, shape[2]]), bias(shape[2])],
            Op::DepthwiseConv2d(op),
        );
    }
    for (shape, o) in [(&[32, 32, 32][..], 32), (&[64, 64, 3], 1), (&[128, 128, 1], 1)] {
        let op = ConvTranspose2d {
            weight: 0,
            bias: 1,
            zero_point: 0,
            stride: [2, 2],
            dilation: [1, 1],
            pads: [0; 4],
        };
        case(
            &format!("{o}x3x3"),
            &[of(I8, shape)],
            vec![weight(&[o, 3, 3, shape[2]]), bias(o)],
            Op::ConvTranspose2d(op),
        );
    }
    for (t, shape, n) in [(I8, ROWS, 512), (I8, &[1, 512][..], 512), (I8, COLUMN, 1), (I16, &[128, 512], 128)]
    {
        let k = *shape.last().expect("a dimension");
        case(
            &format!("{n}"),
            &[of(t, shape)],
            vec![weight(&[n, k]), bias(n)],
            Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: 0 }),
        );
    }
    for (a, b) in [
        ((I8, &[256, 256][..], -128, 127), (I8, &[256, 256][..], -128, 127)),
        ((I16, &[256, 256], -100, 100), (I8, &[256, 256], -128, 127)),
        ((I8, &[65_536, 1, 1], -128, 127), (I8, &[65_536, 1, 1], -128, 127)),
        ((I8, &[512, 1], -128, 127), (I8, &[1, 512], -128, 127)),
    ] {
        case("", &[a, b], vec![], Op::BatchMatMul(BatchMatMul { zero_points: [0, 0], transposed: false }));
    }
    for (x, y) in [(I32, I8), (I8, I8), (I32, I32)] {
        let all = y.range();
        let op =
            Op::Rescale(Rescale { multiplier: 0, shift: 1, zero_point: 0, lo: all.lo, hi: all.hi, dtype: y });
        case(&format!("to {y:?}"), &[of(x, IMAGE)], scales(64), op);
    }
    const ROW: &[u32] = &[512, 1];
    let row = (I32, ROW, 1, i32::MAX);
    case("", &[of(I8, ROWS)], vec![], Op::AbsMaxRow(AbsMaxRow {}));
    case("", &[(I8, COLUMN, -127, 127)], vec![], Op::AbsMaxRow(AbsMaxRow {}));
    case("", &[of(I32, ROWS), row], vec![], Op::DynQuantRow(DynQuantRow {}));
    case("", &[of(I8, COLUMN), (I32, COLUMN, 1, i32::MAX)], vec![], Op::DynQuantRow(DynQuantRow {}));
    let rescale_row =
        RescaleRow { multiplier: 0, shift: 1, row_shift: 30, zero_point: 0, lo: -128, hi: 127, dtype: I8 };
    case("", &[of(I32, ROWS), row], scales(1), Op::RescaleRow(rescale_row.clone()));
    case("", &[of(I32, COLUMN), (I32, COLUMN, 1, i32::MAX)], scales(1), Op::RescaleRow(rescale_row));

    let add_scaled = Op::AddScaled(AddScaled {
        multipliers: [1 << 30; 2],
        zero_points: [0; 2],
        shift: 31,
        zero_point: 0,
        lo: -128,
        hi: 127,
        dtype: I8,
    });
    let mul_rescale = Op::MulRescale(MulRescale {
        zero_points: [0; 2],
        multiplier: 1 << 30,
        shift: 37,
        zero_point: 0,
        lo: -128,
        hi: 127,
        dtype: I8,
    });
    const SIX: &[u32] = &[8, 8, 8, 8, 8, 8];
    const SIX_ONE: &[u32] = &[1, 8, 1, 8, 1, 8];
    for (a, b) in [(IMAGE, IMAGE), (IMAGE, &[1, 1, 64]), (&[512, 1], &[1, 512]), (SIX, SIX_ONE)] {
        for op in [
            add_scaled.clone(),
            Op::Add(Add {}),
            Op::Mul(Mul {}),
            mul_rescale.clone(),
            Op::Max(Max {}),
            Op::Compare(Compare { relation: Relation::Greater }),
        ] {
            case("", &[of(I8, a), of(I8, b)], vec![], op);
        }
        case("", &[of(I8, a), of(I8, b), of(I8, b)], vec![], Op::Select(Select {}));
    }
    case("", &[(I8, LINE, -127, 127)], vec![], Op::Neg(Neg {}));
    case("", &[(I8, LINE, -127, 127)], vec![], Op::Abs(Abs {}));
    case("", &[of(I8, LINE)], vec![], Op::Shift(Shift { bits: 3, round: false }));
    case("", &[of(I32, LINE)], vec![], Op::Shift(Shift { bits: -3, round: true }));
    case("", &[of(I8, LINE)], vec![], Op::Clamp(Clamp { lo: -5, hi: 5 }));
    for t in [I8, I32] {
        let table =
            if t == I8 { Tensor::i8(&[256], vec![1; 256]) } else { Tensor::i32(&[256], vec![1; 256]) };
        case(&format!("to {t:?}"), &[of(I8, LINE)], vec![table], Op::Table8(Table8 { table: 0 }));
    }
    case("", &[of(I16, LINE)], vec![Tensor::i16(&[513], vec![1; 513])], Op::Table16(Table16 { table: 0 }));

    for (shape, k) in [(IMAGE, 3), (IMAGE, 1), (THIN, 3), (THIN, 1), (&[256, 256, 1], 7)] {
        case(
            &format!("{k}x{k}"),
            &[of(I8, shape)],
            vec![],
            Op::MaxPool(MaxPool { kernel: [k; 2], stride: [1, 1], pads: [0; 4] }),
        );
        let op = AvgPool {
            kernel: [k; 2],
            stride: [1, 1],
            pads: [0; 4],
            zero_points: [0; 2],
            count_padding: false,
        };
        case(&format!("{k}x{k}"), &[of(I8, shape)], vec![], Op::AvgPool(op));
    }
    for axes in [vec![0], vec![1], vec![0, 1]] {
        let name = format!("{axes:?}");
        case(&name, &[of(I8, ROWS)], vec![], Op::ReduceSum(ReduceSum { axes: axes.clone(), zero_point: 0 }));
        case(&name, &[of(I8, ROWS)], vec![], Op::ReduceMax(ReduceMax { axes }));
    }
    case(
        "[1, 3, 5]",
        &[of(I8, SIX)],
        vec![],
        Op::ReduceSum(ReduceSum { axes: vec![1, 3, 5], zero_point: 0 }),
    );
    case("[1, 3, 5]", &[of(I8, SIX)], vec![], Op::ReduceMax(ReduceMax { axes: vec![1, 3, 5] }));
    for axis in [0, 1] {
        case(&format!("{axis}"), &[of(I8, ROWS)], vec![], Op::ArgMax(ArgMax { axis }));
    }
    for k in [1, 512] {
        case(&format!("{k}"), &[of(I32, ROWS)], vec![], Op::TopK(TopK { k }));
    }
    case("1", &[of(I32, COLUMN)], vec![], Op::TopK(TopK { k: 1 }));
    case("all", &[of(I32, LINE)], vec![], Op::TopK(TopK { k: 1 << 18 }));

    let gamma =
        |k: u32| vec![Tensor::i16(&[k], vec![100; k as usize]), Tensor::i32(&[k], vec![7; k as usize])];
    for shape in [ROWS, COLUMN, &[131_072, 2]] {
        let k = *shape.last().expect("a dimension");
        let softmax = Softmax15 { table: 0, multiplier: 1 << 20, shift: 20 };
        case("", &[of(I32, shape)], vec![Tensor::i16(&[256], vec![30_000; 256])], Op::Softmax15(softmax));
        let x = (I16, shape, -32_768, 32_767);
        case("", &[x], gamma(k), Op::LayerNorm(LayerNorm { gamma: 0, beta: 1, epsilon: 1, fraction: 8 }));
        case("", &[x], gamma(k)[..1].to_vec(), Op::RmsNorm(RmsNorm { gamma: 0, epsilon: 1, fraction: 8 }));
        case("", &[x], vec![], Op::L2Norm(L2Norm { epsilon: 1, fraction: 8 }));
    }

    case("", &[of(I8, LINE)], vec![], Op::Reshape(Reshape { shape: vec![512, 512] }));
    case("", &[of(I8, ROWS)], vec![], Op::Transpose(Transpose { perm: vec![1, 0] }));
    case("", &[of(I8, &[2048, 2048])], vec![], Op::Transpose(Transpose { perm: vec![1, 0] }));
    case("", &[of(I8, SIX)], vec![], Op::Transpose(Transpose { perm: vec![5, 4, 3, 2, 1, 0] }));
    case(
        "",
        &[of(I8, ROWS)],
        vec![],
        Op::Slice(Slice { start: vec![0, 0], step: vec![1, 1], size: vec![512, 512] }),
    );
    case(
        "back",
        &[of(I8, ROWS)],
        vec![],
        Op::Slice(Slice { start: vec![511, 511], step: vec![-1, -1], size: vec![512, 512] }),
    );
    case("0", &[of(I8, ROWS), of(I8, ROWS)], vec![], Op::Concat(Concat { axis: 0 }));
    case("1", &[of(I8, COLUMN), of(I8, COLUMN)], vec![], Op::Concat(Concat { axis: 1 }));
    case("", &[of(I8, ROWS)], vec![], Op::Pad(Pad { before: vec![1, 1], after: vec![1, 1], value: 0 }));
    case("", &[of(I8, COLUMN)], vec![], Op::Pad(Pad { before: vec![0, 1], after: vec![0, 1], value: 0 }));
    case("", &[of(I8, &[1, 512])], vec![], Op::Tile(Tile { repeats: vec![512, 1] }));
    case("", &[of(I8, &[512, 1])], vec![], Op::Tile(Tile { repeats: vec![1, 512] }));
    for mode in [ResizeMode::Nearest, ResizeMode::Bilinear] {
        for shape in [&[64, 64, 16][..], &[64, 64, 1]] {
            let op = Resize { mode, scale: [2, 1, 2, 1], offset: [0, 0], border: [0, 0] };
            case(&format!("{mode:?}"), &[of(I8, shape)], vec![], Op::Resize(op));
        }
    }
    let index: (DType, &[u32], i32, i32) = (I16, LINE, 0, 1023);
    for c in [1, 16] {
        let x = (I8, if c == 1 { &[1024, 1][..] } else { &[1024, 16] }, -128, 127);
        let table = Tensor::i8(&[1024, c], vec![1; 1024 * c as usize]);
        case(&format!("rows of {c}"), &[x, index], vec![], Op::Gather(Gather {}));
        case(&format!("rows of {c}"), &[index], vec![table], Op::Embed(Embed { table: 0 }));
        let rows: &[u32] = if c == 1 { COLUMN } else { &[1 << 18, 16] };
        case(&format!("rows of {c}"), &[x, index, of(I8, rows)], vec![], Op::ScatterRow(ScatterRow {}));
    }
    case("1 MiB", &[], vec![Tensor::i8(&[1 << 20], vec![1; 1 << 20])], Op::Constant(Constant { tensor: 0 }));
    let rope = |d: u32| vec![Tensor::i16(&[1024, d / 2], vec![20_000; 512 * d as usize]); 2];
    for (interleaved, shape) in [(false, &[8, 512, 64][..]), (true, &[8, 512, 64]), (true, &[1, 65_536, 2])] {
        let position: &[u32] = if shape[1] == 512 { &[512] } else { &[65_536] };
        let op = Rope { cos: 0, sin: 1, interleaved };
        case(
            &format!("{interleaved}"),
            &[of(I8, shape), (I16, position, 0, 1023)],
            rope(shape[2]),
            Op::Rope(op),
        );
    }
    case(
        "",
        &[of(I8, &[8, 512, 64]), of(I8, &[8, 1, 64]), (I16, &[1], 0, 511)],
        vec![],
        Op::KvAppend(KvAppend {}),
    );
    case(
        "",
        &[of(I8, &[8, 128, 256]), (I16, &[1], 0, 500)],
        vec![],
        Op::CausalMask(CausalMask { fill: -128 }),
    );

    // A balanced tree of 1,023 nodes, and one that is a line of 255.
    for (name, nodes, line) in [("balanced", 1_023i32, false), ("a line", 255, true)] {
        let child = |j: i32| if j < nodes { j } else { nodes - 1 - j };
        let children = (0..nodes).flat_map(|j| {
            if line {
                [if j + 1 < nodes { j + 1 } else { -1 - nodes }, -1 - j]
            } else {
                [child(2 * j + 1), child(2 * j + 2)]
            }
        });
        let n = nodes as u32;
        let leaves = Tensor::i32(&[n + 1, 1], vec![1; nodes as usize + 1]);
        let threshold = vec![if line { 127 } else { 0 }; nodes as usize];
        let constants = vec![
            Tensor::i32(&[n], (0..nodes).map(|i| i % 64).collect()),
            Tensor::i32(&[n], threshold),
            Tensor::i32(&[n, 2], children.collect()),
            Tensor::i32(&[1], vec![0]),
            leaves,
            bias(1),
        ];
        let op = TreeEnsemble { feature: 0, threshold: 1, children: 2, roots: 3, leaves: 4, bias: 5 };
        case(name, &[of(I8, &[4096, 64])], constants, Op::TreeEnsemble(op));
    }
    cases
}
