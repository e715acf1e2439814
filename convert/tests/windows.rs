//! Convolutions, pools and batch normalisation from ONNX.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Attr, Onnx, close, ops};

fn pads(p: [i64; 4]) -> (&'static str, Attr) {
    ("pads", Attr::Ints(p.to_vec()))
}

fn pair(name: &'static str, a: i64, b: i64) -> (&'static str, Attr) {
    (name, Attr::Ints(vec![a, b]))
}

#[test]
fn conv_with_stride_dilation_and_uneven_pads() {
    let onnx = Onnx::new(&[1, 3, 9, 8]).random("w", &[5, 3, 3, 2], 1).random("b", &[5], 2).node(
        "Conv",
        &["x", "w", "b"],
        "y",
        &[pads([1, 0, 2, 3]), pair("strides", 2, 1), pair("dilations", 1, 2)],
    );
    let converted = close(&onnx.output("y"), &[3, 9, 8], 1.5);
    assert_eq!(ops(&converted), ["Conv2d", "Rescale"]);
    assert_eq!(converted.model.input_types().next().unwrap().shape, [9, 8, 3]);
}

#[test]
fn conv_without_bias_auto_pad() {
    for same in ["SAME_UPPER", "SAME_LOWER"] {
        let onnx = Onnx::new(&[1, 2, 7, 7]).random("w", &[4, 2, 4, 4], 1).node(
            "Conv",
            &["x", "w"],
            "y",
            &[("auto_pad", Attr::Text(same)), pair("strides", 2, 2)],
        );
        close(&onnx.output("y"), &[2, 7, 7], 1.5);
    }
}

#[test]
fn depthwise_and_grouped() {
    let onnx = Onnx::new(&[1, 4, 6, 6]).random("w", &[4, 1, 3, 3], 1).random("b", &[4], 2).node(
        "Conv",
        &["x", "w", "b"],
        "y",
        &[pads([1, 1, 1, 1]), ("group", Attr::Int(4))],
    );
    assert_eq!(ops(&close(&onnx.output("y"), &[4, 6, 6], 1.5)), ["DepthwiseConv2d", "Rescale"]);

    let grouped = Onnx::new(&[1, 4, 6, 6])
        .random("w", &[6, 2, 3, 3], 1)
        .node("Conv", &["x", "w"], "y", &[("group", Attr::Int(2))])
        .node("GlobalAveragePool", &["y"], "z", &[])
        .node("Flatten", &["z"], "out", &[]);
    let converted = close(&grouped.output("out"), &[4, 6, 6], 3.0);
    assert!(converted.report.notes[0].contains("groups"));
}

#[test]
fn batch_normalisation_folds_into_the_convolution() {
    let onnx = Onnx::new(&[0, 2, 6, 6])
        .random("w", &[3, 2, 3, 3], 1)
        .floats("g", &[3], &[0.5, -2.0, 1.5])
        .floats("be", &[3], &[0.1, 3.0, -1.0])
        .floats("m", &[3], &[1.0, -0.5, 0.0])
        .floats("v", &[3], &[4.0, 0.25, 1.0])
        .node("Conv", &["x", "w"], "c", &[])
        .node("BatchNormalization", &["c", "g", "be", "m", "v"], "n", &[("epsilon", Attr::Float(1e-3))])
        .node("Relu", &["n"], "y", &[]);
    let converted = close(&onnx.output("y"), &[2, 6, 6], 2.0);
    assert_eq!(ops(&converted), ["Conv2d", "Rescale"]);
    assert_eq!(converted.report.layers[1].layer, "c + n + y");
}

#[test]
fn batch_normalisation_alone_is_a_depthwise_convolution() {
    let onnx = Onnx::new(&[1, 3, 4, 4])
        .floats("g", &[3], &[0.5, -2.0, 1.5])
        .floats("be", &[3], &[0.1, 3.0, -1.0])
        .floats("m", &[3], &[1.0, -0.5, 0.0])
        .floats("v", &[3], &[4.0, 0.25, 1.0])
        .random("w", &[2, 3, 1, 1], 3)
        .node("BatchNormalization", &["x", "g", "be", "m", "v"], "n", &[])
        .node("Relu", &["n"], "r", &[])
        .node("Conv", &["r", "w"], "y", &[]);
    let converted = close(&onnx.output("y"), &[3, 4, 4], 3.0);
    assert_eq!(ops(&converted), ["DepthwiseConv2d", "Rescale", "Conv2d", "Rescale"]);
}

#[test]
fn factors_and_clips_fold() {
    // y = 3 − 2·clip(conv · 0.5 + 1, 0, 6), all of it in the convolution's weights and bounds.
    let onnx = Onnx::new(&[1, 2, 5, 5])
        .random("w", &[3, 2, 3, 3], 1)
        .floats("half", &[], &[0.5])
        .floats("one", &[1], &[1.0])
        .floats("zero", &[], &[0.0])
        .floats("six", &[], &[6.0])
        .floats("two", &[1, 1, 1, 1], &[2.0])
        .floats("three", &[], &[3.0])
        .node("Conv", &["x", "w"], "c", &[])
        .node("Mul", &["half", "c"], "m", &[])
        .node("Add", &["m", "one"], "a", &[])
        .node("Clip", &["a", "zero", "six"], "k", &[])
        .node("Mul", &["k", "two"], "d", &[])
        .node("Sub", &["three", "d"], "y", &[]);
    let converted = close(&onnx.output("y"), &[2, 5, 5], 2.0);
    assert_eq!(ops(&converted), ["Conv2d", "Rescale"]);
}

#[test]
fn max_pool_with_pads_and_ceil_mode() {
    let base = || Onnx::new(&[1, 2, 8, 7]);
    let kernel = || pair("kernel_shape", 3, 3);
    let padded = base()
        .node("MaxPool", &["x"], "y", &[kernel(), pair("strides", 2, 2), pads([1, 1, 1, 1])])
        .output("y");
    assert_eq!(ops(&close(&padded, &[2, 8, 7], 0.0)), ["MaxPool"]);
    let ceil = [kernel(), pair("strides", 2, 2), ("ceil_mode", Attr::Int(1))];
    close(&base().node("MaxPool", &["x"], "y", &ceil).output("y"), &[2, 8, 7], 0.0);
}

#[test]
fn relu_after_a_pool_goes_up_into_the_convolution() {
    let onnx = Onnx::new(&[1, 2, 6, 6])
        .random("w", &[3, 2, 3, 3], 1)
        .node("Conv", &["x", "w"], "c", &[])
        .node("MaxPool", &["c"], "p", &[pair("kernel_shape", 2, 2), pair("strides", 2, 2)])
        .node("Relu", &["p"], "y", &[]);
    assert_eq!(ops(&close(&onnx.output("y"), &[2, 6, 6], 2.0)), ["Conv2d", "Rescale", "MaxPool"]);
}

#[test]
fn average_pools() {
    let kernel = || pair("kernel_shape", 2, 3);
    let onnx = Onnx::new(&[1, 2, 6, 6]).node("AveragePool", &["x"], "y", &[kernel(), pair("strides", 2, 3)]);
    assert_eq!(ops(&close(&onnx.output("y"), &[2, 6, 6], 0.5)), ["DepthwiseConv2d", "Rescale"]);
    let counted = [kernel(), pads([1, 1, 1, 1]), ("count_include_pad", Attr::Int(1))];
    close(&Onnx::new(&[1, 2, 6, 6]).node("AveragePool", &["x"], "y", &counted).output("y"), &[2, 6, 6], 0.5);
}

#[test]
fn a_residual_block() {
    let onnx = Onnx::new(&[1, 4, 6, 6])
        .random("w1", &[4, 4, 3, 3], 1)
        .random("w2", &[4, 4, 3, 3], 2)
        .random("w3", &[3, 4], 3)
        .random("b3", &[3], 4)
        .node("Conv", &["x", "w1"], "c1", &[pads([1, 1, 1, 1])])
        .node("Relu", &["c1"], "r1", &[])
        .node("Conv", &["r1", "w2"], "c2", &[pads([1, 1, 1, 1])])
        .node("Add", &["c2", "r1"], "a", &[])
        .node("Relu", &["a"], "r2", &[])
        .node("GlobalAveragePool", &["r2"], "g", &[])
        .node("Flatten", &["g"], "f", &[])
        .node("Gemm", &["f", "w3", "b3"], "y", &[("transB", Attr::Int(1))]);
    let converted = close(&onnx.output("y"), &[4, 6, 6], 6.0);
    let expected = [
        "Conv2d",
        "Rescale",
        "Conv2d",
        "Rescale",
        "AddScaled",
        "ReduceSum",
        "Rescale",
        "Reshape",
        "MatMul",
        "Rescale",
    ];
    assert_eq!(ops(&converted).iter().filter(|o| **o != "Reshape").count(), expected.len() - 1);
    assert_eq!(converted.model.output_types().next().unwrap().dtype, isocortex_model::DType::I16);
}

#[test]
fn a_difference_of_two_branches() {
    let onnx = Onnx::new(&[1, 3, 5, 5])
        .random("w1", &[2, 3, 1, 1], 1)
        .random("w2", &[2, 3, 1, 1], 2)
        .node("Conv", &["x", "w1"], "a", &[])
        .node("Conv", &["x", "w2"], "b", &[])
        .node("Sub", &["a", "b"], "y", &[]);
    let converted = close(&onnx.output("y"), &[3, 5, 5], 3.0);
    assert_eq!(ops(&converted), ["Conv2d", "Rescale", "Conv2d", "Rescale", "AddScaled"]);
}

#[test]
fn a_dead_channel_keeps_its_bias() {
    let mut w = vec![1e-30f32; 2];
    w.extend([1.0, -1.0]);
    let onnx = Onnx::new(&[1, 2, 3, 3]).floats("w", &[2, 2, 1, 1], &w).floats("b", &[2], &[5.0, 0.0]).node(
        "Conv",
        &["x", "w", "b"],
        "y",
        &[],
    );
    close(&onnx.output("y"), &[2, 3, 3], 1.0);
}
