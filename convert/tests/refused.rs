//! What is refused, and what the error says.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Attr, Onnx, samples, try_convert, value};
use isocortex_convert::{ConvertError, FloatModel, Options, Samples, convert};
use prost::Message;
use tract_onnx::pb;

fn refusal(onnx: &[u8], shape: &[usize]) -> String {
    match try_convert(onnx, shape) {
        Ok(_) => panic!("it was converted"),
        Err(e) => e.to_string(),
    }
}

fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn unknown_operators_are_named() {
    let onnx = Onnx::new(&[1, 8]).node("Relu", &["x"], "r", &[]).node("LSTM", &["r"], "cell", &[]);
    contains(&refusal(&onnx.output("cell"), &[8]), &["`cell`", "LSTM", "not supported"]);
    let mut foreign = Onnx::new(&[1, 8]).node("Relu", &["x"], "y", &[]);
    foreign.graph().node[0].domain = "com.example".into();
    contains(&refusal(&foreign.output("y"), &[8]), &["`y`", "com.example"]);
}

#[test]
fn combinations_without_counterpart_are_named() {
    let base = || Onnx::new(&[1, 4, 6, 6]).random("w", &[4, 4, 1, 1], 1);
    let gate = base().node("Conv", &["x", "w"], "c", &[]).node("Mul", &["x", "c"], "gate", &[]);
    contains(&refusal(&gate.output("gate"), &[4, 6, 6]), &["`gate`", "Mul", "adds such values"]);
    let middle = base().node("Softmax", &["x"], "soft", &[]).node("Conv", &["soft", "w"], "late", &[]);
    contains(&refusal(&middle.output("late"), &[4, 6, 6]), &["`late`", "Softmax", "at the end only"]);
    let position = base().random("p", &[4, 6, 6], 2).node("Add", &["x", "p"], "pos", &[]);
    contains(&refusal(&position.output("pos"), &[4, 6, 6]), &["`pos`", "[4, 6, 6]"]);
    let dynamic = base().node("MatMul", &["x", "x"], "mm", &[]);
    contains(&refusal(&dynamic.output("mm"), &[4, 6, 6]), &["`mm`", "must be a constant"]);
    let broadcast = base().node("GlobalAveragePool", &["x"], "g", &[]).node("Add", &["x", "g"], "sum", &[]);
    contains(&refusal(&broadcast.output("sum"), &[4, 6, 6]), &["`sum`", "shapes"]);
    let kernel = [("kernel_shape", Attr::Ints(vec![2, 2])), ("pads", Attr::Ints(vec![1; 4]))];
    let average = base().node("AveragePool", &["x"], "avg", &kernel);
    contains(&refusal(&average.output("avg"), &[4, 6, 6]), &["`avg`", "count_include_pad"]);
    let line = Onnx::new(&[1, 4, 9]).random("w", &[2, 4, 3], 1).node("Conv", &["x", "w"], "conv1d", &[]);
    contains(&refusal(&line.output("conv1d"), &[4, 9]), &["`conv1d`"]);
}

#[test]
fn inputs_and_outputs() {
    let relu = |onnx: Onnx| onnx.node("Relu", &["x"], "y", &[]);
    contains(&refusal(&relu(Onnx::new(&[1, 0, 4])).output("y"), &[4]), &["dimension 1", "input shape"]);
    contains(&refusal(&relu(Onnx::new(&[8, 4])).output("y"), &[4]), &["batch", "must be 1"]);
    let mut two = relu(Onnx::new(&[1, 4]));
    two.graph().input.push(value("z", &[1, 4]));
    contains(&refusal(&two.output("y"), &[4]), &["2 inputs"]);
    let mut outputs = relu(Onnx::new(&[1, 4]));
    outputs.graph().output.push(value("x", &[1, 4]));
    contains(&refusal(&outputs.output("y"), &[4]), &["2 outputs"]);
    contains(
        &refusal(&relu(Onnx::new(&[1, 4])).floats("c", &[1], &[1.0]).output("c"), &[4]),
        &["does not depend"],
    );
    let nowhere = Onnx::new(&[1, 4]).node("Add", &["x", "ghost"], "y", &[]);
    contains(&refusal(&nowhere.output("y"), &[4]), &["ghost"]);
    refusal(&relu(Onnx::new(&[1, 4])).output("nothing"), &[4]);
    contains(&refusal(&relu(Onnx::new(&[1, 4])).output("y"), &[5]), &["[5]", "[1, 4]"]);
    let cycle = Onnx::new(&[1, 4]).node("Add", &["x", "b"], "a", &[]).node("Relu", &["a"], "b", &[]);
    refusal(&cycle.output("b"), &[4]);
}

#[test]
fn open_dimensions_can_be_given() {
    let onnx = Onnx::new(&[1, 0, 4]).node("Tanh", &["x"], "y", &[]).output("y");
    let options = Options { input_shape: Some(vec![1, 3, 4]), ..common::grid() };
    let converted = convert(&onnx, &samples(&[3, 4]), &options, &mut |_, _| ()).unwrap();
    assert_eq!(converted.model.input_types().next().unwrap().shape, [3, 4]);
    contains(
        &refusal(&onnx, &[3, 4]),
        &["dimension 1 of input `x` is left open as `n`", "give an input shape"],
    );
}

#[test]
fn damaged_files_never_panic() {
    let onnx = Onnx::new(&[1, 2, 6, 6])
        .random("w", &[3, 2, 3, 3], 1)
        .node("Conv", &["x", "w"], "c", &[])
        .node("Flatten", &["c"], "y", &[])
        .output("y");
    for end in (0..onnx.len()).step_by(7) {
        assert!(try_convert(&onnx[..end], &[2, 6, 6]).is_err(), "cut at {end}");
    }
    assert!(matches!(FloatModel::load(b"not a model", None, None), Err(ConvertError::Onnx(_))));
    // Flipped bytes may give another valid model; they must not give a panic.
    for at in (0..onnx.len()).step_by(11) {
        let mut bytes = onnx.clone();
        bytes[at] ^= 0x55;
        let _ = try_convert(&bytes, &[2, 6, 6]);
    }
}

#[test]
fn impossible_shapes() {
    let weights = |dims: &[i64]| {
        let mut onnx =
            Onnx::new(&[1, 2, 6, 6]).random("w", &[3, 2, 3, 3], 1).node("Conv", &["x", "w"], "y", &[]);
        onnx.graph().initializer[0].dims = dims.to_vec();
        onnx.output("y")
    };
    for dims in [&[3, 2, 3, 4][..], &[-3, 2, 3, 3], &[1 << 40, 1 << 40, 1, 1], &[3, 2, 9], &[0, 0, 0, 0]] {
        assert!(try_convert(&weights(dims), &[2, 6, 6]).is_err(), "{dims:?}");
    }
    let huge = Onnx::new(&[1, 2, 1 << 40, 6]).node("Relu", &["x"], "y", &[]);
    assert!(try_convert(&huge.output("y"), &[2, 6, 6]).is_err());
    for attr in [
        ("strides", vec![0, 1]),
        ("strides", vec![1]),
        ("dilations", vec![-1, 1]),
        ("pads", vec![1 << 40; 4]),
    ] {
        let (name, ints) = attr;
        let onnx = Onnx::new(&[1, 2, 6, 6]).random("w", &[3, 2, 3, 3], 1);
        let onnx = onnx.node("Conv", &["x", "w"], "y", &[(name, Attr::Ints(ints))]);
        assert!(try_convert(&onnx.output("y"), &[2, 6, 6]).is_err(), "{name}");
    }
}

#[test]
fn external_data_outside_the_folder() {
    let folder = std::env::temp_dir();
    for location in ["../secret", "/etc/passwd", "missing.bin"] {
        let mut onnx = Onnx::new(&[1, 4]).random("w", &[4, 2], 1).node("MatMul", &["x", "w"], "y", &[]);
        let tensor = &mut onnx.graph().initializer[0];
        tensor.raw_data.clear();
        tensor.data_location = Some(pb::tensor_proto::DataLocation::External as i32);
        let entry =
            |key: &str, value: &str| pb::StringStringEntryProto { key: key.into(), value: value.into() };
        tensor.external_data = vec![entry("location", location), entry("length", "32")];
        let options = Options { folder: Some(folder.clone()), ..common::grid() };
        assert!(convert(&onnx.output("y"), &samples(&[4]), &options, &mut |_, _| ()).is_err(), "{location}");
    }
}

#[test]
fn a_name_that_is_not_text() {
    let mut bytes = Onnx::new(&[1, 4]).node("Relu", &["x"], "yyyy", &[]).model.encode_to_vec();
    let at = bytes.windows(4).position(|w| w == b"yyyy").unwrap();
    bytes[at] = 0xff;
    contains(&refusal(&bytes, &[4]), &["ONNX"]);
}

#[test]
fn sums_that_could_overflow() {
    // 140,000 products of up to 127 · 128 are more than 2^31.
    let onnx = Onnx::new(&[1, 140_000]).floats("w", &[140_000, 1], &[1.0; 140_000]).node(
        "MatMul",
        &["x", "w"],
        "wide",
        &[],
    );
    contains(&refusal(&onnx.output("wide"), &[140_000]), &["`wide`", "overflow"]);
}

#[test]
fn undefined_functions_and_numbers() {
    let onnx = Onnx::new(&[1, 8]).node("Log", &["x"], "log", &[]);
    // The float model itself has no answer for negative numbers.
    assert!(try_convert(&onnx.output("log"), &[8]).is_err());
    let weights =
        Onnx::new(&[1, 2]).floats("w", &[2, 1], &[f32::NAN, 1.0]).node("MatMul", &["x", "w"], "y", &[]);
    contains(&refusal(&weights.output("y"), &[2]), &["`y`", "infinite or undefined"]);
    assert!(Samples::new(vec![2], vec![0.0, f32::INFINITY]).is_err());
    assert!(Samples::new(vec![0], vec![]).is_err());
    assert!(Samples::new(vec![3], vec![0.0; 4]).is_err());
}
