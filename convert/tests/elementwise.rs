//! Element-wise functions, products and moves from ONNX.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Attr, Onnx, close, ops, samples};
use isocortex_convert::{Options, convert};

/// The input is exact, so that a table is off by its own rounding only: half a step inside the range, and up to
/// half a step more at its ends, since 0 must be one of the integers.
const TABLE: f32 = 1.0;

#[test]
fn every_function_becomes_a_table() {
    let plain = [
        "Abs",
        "Atan",
        "Ceil",
        "Celu",
        "Cos",
        "Elu",
        "Erf",
        "Exp",
        "Floor",
        "HardSigmoid",
        "HardSwish",
        "LeakyRelu",
        "Mish",
        "Neg",
        "Round",
        "Selu",
        "Sigmoid",
        "Sign",
        "Sin",
        "Softplus",
        "Softsign",
        "Tanh",
        "ThresholdedRelu",
    ];
    for op in plain {
        let onnx = Onnx::new(&[1, 64]).node(op, &["x"], "y", &[]).output("y");
        let converted = close(&onnx, &[64], TABLE);
        assert_eq!(ops(&converted), ["Table8"], "{op}");
    }
    let gelu =
        |how| Onnx::new(&[1, 64]).opset(20).node("Gelu", &["x"], "y", &[("approximate", Attr::Text(how))]);
    close(&gelu("tanh").output("y"), &[64], TABLE);
    close(&gelu("none").output("y"), &[64], TABLE);
    let leaky = Onnx::new(&[1, 64]).node("LeakyRelu", &["x"], "y", &[("alpha", Attr::Float(0.3))]);
    close(&leaky.output("y"), &[64], TABLE);
    let slope = Onnx::new(&[1, 64]).floats("s", &[1], &[0.2]).node("PRelu", &["x", "s"], "y", &[]);
    close(&slope.output("y"), &[64], TABLE);
}

#[test]
fn functions_of_positive_values() {
    for op in ["Log", "Sqrt", "Reciprocal"] {
        // x² + 1 first, so that all is defined; it is composed into the same table.
        let onnx = Onnx::new(&[1, 64])
            .floats("one", &[], &[1.0])
            .node("Mul", &["x", "x"], "square", &[])
            .node("Add", &["square", "one"], "positive", &[])
            .node(op, &["positive"], "y", &[]);
        assert_eq!(ops(&close(&onnx.output("y"), &[64], TABLE)), ["Table8"], "{op}");
    }
}

#[test]
fn spelled_out_activations_are_one_table() {
    let base = || Onnx::new(&[1, 64]).floats("one", &[], &[1.0]).floats("half", &[], &[0.5]);
    let gelu = base()
        .floats("root", &[], &[std::f32::consts::SQRT_2])
        .node("Div", &["x", "root"], "a", &[])
        .node("Erf", &["a"], "b", &[])
        .node("Add", &["b", "one"], "c", &[])
        .node("Mul", &["x", "c"], "d", &[])
        .node("Mul", &["d", "half"], "y", &[]);
    let silu = base().node("Sigmoid", &["x"], "s", &[]).node("Mul", &["x", "s"], "y", &[]);
    let hard_swish = base()
        .floats("three", &[], &[3.0])
        .floats("zero", &[], &[0.0])
        .floats("six", &[], &[6.0])
        .node("Add", &["x", "three"], "a", &[])
        .node("Clip", &["a", "zero", "six"], "b", &[])
        .node("Mul", &["x", "b"], "c", &[])
        .node("Div", &["c", "six"], "y", &[]);
    for onnx in [gelu, silu, hard_swish] {
        assert_eq!(ops(&close(&onnx.output("y"), &[64], TABLE)), ["Table8"]);
    }
}

#[test]
fn a_clamp_alone_is_a_clamp() {
    let old = Onnx::new(&[1, 64]).opset(6).node(
        "Clip",
        &["x"],
        "y",
        &[("min", Attr::Float(-1.0)), ("max", Attr::Float(2.0))],
    );
    assert_eq!(ops(&close(&old.output("y"), &[64], 0.01)), ["Clamp"]);
    assert_eq!(
        ops(&close(&Onnx::new(&[1, 64]).node("Relu", &["x"], "y", &[]).output("y"), &[64], 0.01)),
        ["Clamp"]
    );
}

#[test]
fn a_multilayer_perceptron() {
    let onnx = Onnx::new(&[0, 10])
        .random("w1", &[10, 16], 1)
        .random("b1", &[16], 2)
        .random("w2", &[4, 16], 3)
        .random("b2", &[1, 4], 4)
        .node("MatMul", &["x", "w1"], "m", &[])
        .node("Add", &["m", "b1"], "a", &[])
        .node("Tanh", &["a"], "t", &[])
        .node("Dropout", &["t"], "d", &[])
        .node("Identity", &["d"], "i", &[])
        .node(
            "Gemm",
            &["i", "w2", "b2"],
            "g",
            &[("transB", Attr::Int(1)), ("alpha", Attr::Float(0.5)), ("beta", Attr::Float(2.0))],
        )
        .node("Softmax", &["g"], "y", &[]);
    // The Softmax is left out, so it is compared with the same network without it.
    let mut logits = onnx.clone();
    logits.graph().node.pop();
    let converted = close(&logits.output("g"), &[10], 4.0);
    assert_eq!(ops(&converted), ["MatMul", "Rescale", "Table8", "MatMul", "Rescale"]);
    let dropped = common::try_convert(&onnx.output("y"), &[10]).unwrap();
    assert_eq!(dropped.model.header().nodes, converted.model.header().nodes);
    assert!(dropped.report.notes[0].contains("Softmax `y` is left out"));
}

#[test]
fn flatten_keeps_the_order_of_onnx() {
    let onnx = Onnx::new(&[1, 3, 2, 4]).random("w", &[24, 5], 1).node("Flatten", &["x"], "f", &[]).node(
        "Gemm",
        &["f", "w"],
        "y",
        &[],
    );
    let converted = close(&onnx.output("y"), &[3, 2, 4], 1.0);
    assert_eq!(ops(&converted), ["Transpose", "Reshape", "MatMul", "Rescale"]);
}

#[test]
fn a_computed_reshape() {
    // PyTorch's x.view(x.shape[0], -1)
    let onnx = Onnx::new(&[0, 3, 2, 4])
        .ints("zero", &[0])
        .ints("rest", &[-1])
        .random("w", &[24, 5], 1)
        .node("Shape", &["x"], "s", &[])
        .node("Gather", &["s", "zero"], "n", &[])
        .node("Concat", &["n", "rest"], "to", &[("axis", Attr::Int(0))])
        .node("Reshape", &["x", "to"], "f", &[])
        .node("MatMul", &["f", "w"], "y", &[]);
    close(&onnx.output("y"), &[3, 2, 4], 1.0);
}

#[test]
fn transposed_rows_and_products_of_each() {
    let onnx = Onnx::new(&[1, 6, 5])
        .random("w", &[6, 3], 1)
        .node("Transpose", &["x"], "t", &[("perm", Attr::Ints(vec![0, 2, 1]))])
        .node("MatMul", &["t", "w"], "y", &[]);
    assert_eq!(ops(&close(&onnx.output("y"), &[6, 5], 1.0)), ["Transpose", "MatMul", "Rescale"]);
}

#[test]
fn reductions() {
    let mean = Onnx::new(&[1, 3, 4, 5]).node(
        "ReduceMean",
        &["x"],
        "y",
        &[("axes", Attr::Ints(vec![2, 3])), ("keepdims", Attr::Int(0))],
    );
    assert_eq!(ops(&close(&mean.output("y"), &[3, 4, 5], 0.1)), ["ReduceSum", "Rescale"]);
    let sum = Onnx::new(&[1, 3, 4, 5]).ints("axes", &[-1]).node(
        "ReduceSum",
        &["x", "axes"],
        "y",
        &[("keepdims", Attr::Int(0))],
    );
    close(&sum.output("y"), &[3, 4, 5], 0.1);
    let rows = Onnx::new(&[1, 4, 5]).ints("axes", &[1]).node("ReduceSum", &["x", "axes"], "y", &[]);
    close(&rows.output("y"), &[4, 5], 0.1);
}

#[test]
fn pixels_are_exact() {
    let pixels = (0..1024).map(|i| f32::from((i % 256) as u8) / 255.0).collect();
    let pixels = isocortex_convert::Samples::new(vec![16, 16], pixels).unwrap();
    let onnx = Onnx::new(&[1, 1, 16, 16])
        .random("w", &[2, 1, 3, 3], 1)
        .node("Conv", &["x", "w"], "y", &[])
        .output("y");
    let converted = convert(&onnx, &pixels, &Options::default(), &mut |_, _| ()).unwrap();
    let port = &converted.model.header().inputs[0];
    assert_eq!((port.quant.zero_point, port.ty.shape.clone()), (-128, vec![16, 16, 1]));
    let bytes = isocortex_convert::quantise_input(port, pixels.iter().next().unwrap()).unwrap();
    assert!(bytes.iter().enumerate().all(|(i, &b)| b == (i as u8).wrapping_sub(128)));
}

#[test]
fn the_same_input_gives_the_same_artifact() {
    let onnx = Onnx::new(&[1, 10])
        .random("w", &[10, 4], 1)
        .node("MatMul", &["x", "w"], "m", &[])
        .node("Tanh", &["m"], "y", &[])
        .output("y");
    let one = convert(&onnx, &samples(&[10]), &Options::default(), &mut |_, _| ()).unwrap();
    let two = convert(&onnx, &samples(&[10]), &Options::default(), &mut |_, _| ()).unwrap();
    assert_eq!(one.artifact.to_file(), two.artifact.to_file());
    let json = serde_json::to_string(&one.report).unwrap();
    assert_eq!(serde_json::from_str::<isocortex_convert::Report>(&json).unwrap().model_id, one.model.id());
}
