//! Builds small ONNX files, and compares the integer model with the float model.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_convert::{ConvertError, Converted, FloatModel, Options, Samples, convert, dequantise_output};
use isocortex_convert::{port_order, quantise_input};
use isocortex_inference::{Backend, Reference};
use prost::Message;
use tract_onnx::pb::{
    self, attribute_proto::AttributeType, tensor_proto::DataType, tensor_shape_proto::dimension::Value as Dim,
};

pub enum Attr {
    Int(i64),
    Ints(Vec<i64>),
    Float(f32),
    Text(&'static str),
}

#[derive(Clone)]
pub struct Onnx {
    pub model: pb::ModelProto,
}

impl Onnx {
    /// A file whose input is `x` of this shape; 0 stands for a symbolic dimension.
    pub fn new(shape: &[i64]) -> Self {
        let graph =
            pb::GraphProto { name: "test".into(), input: vec![value("x", shape)], ..Default::default() };
        let opset = pb::OperatorSetIdProto { domain: String::new(), version: 17 };
        let model = pb::ModelProto {
            ir_version: 8,
            opset_import: vec![opset],
            graph: Some(graph),
            ..Default::default()
        };
        Self { model }
    }

    pub fn graph(&mut self) -> &mut pb::GraphProto {
        self.model.graph.as_mut().unwrap()
    }

    pub fn opset(mut self, version: i64) -> Self {
        self.model.opset_import[0].version = version;
        self
    }

    pub fn floats(mut self, name: &str, shape: &[i64], data: &[f32]) -> Self {
        assert_eq!(shape.iter().product::<i64>() as usize, data.len(), "{name}");
        let tensor = pb::TensorProto {
            name: name.into(),
            dims: shape.to_vec(),
            data_type: DataType::Float as i32,
            raw_data: data.iter().flat_map(|x| x.to_le_bytes()).collect(),
            ..Default::default()
        };
        self.graph().initializer.push(tensor);
        self
    }

    pub fn random(self, name: &str, shape: &[i64], seed: u64) -> Self {
        let n = shape.iter().product::<i64>() as usize;
        self.floats(name, shape, &noise(n, seed, -1.0, 1.0))
    }

    pub fn ints(mut self, name: &str, data: &[i64]) -> Self {
        let tensor = pb::TensorProto {
            name: name.into(),
            dims: vec![data.len() as i64],
            data_type: DataType::Int64 as i32,
            raw_data: data.iter().flat_map(|x| x.to_le_bytes()).collect(),
            ..Default::default()
        };
        self.graph().initializer.push(tensor);
        self
    }

    /// A node named after its output.
    pub fn node(mut self, op: &str, inputs: &[&str], output: &str, attributes: &[(&str, Attr)]) -> Self {
        let attribute = attributes.iter().map(|(name, value)| attribute(name, value)).collect();
        self.graph().node.push(pb::NodeProto {
            input: inputs.iter().map(|i| i.to_string()).collect(),
            output: vec![output.into()],
            name: output.into(),
            op_type: op.into(),
            attribute,
            ..Default::default()
        });
        self
    }

    pub fn output(mut self, name: &str) -> Vec<u8> {
        self.graph().output.push(pb::ValueInfoProto { name: name.into(), ..value(name, &[]) });
        self.model.encode_to_vec()
    }
}

fn attribute(name: &str, value: &Attr) -> pb::AttributeProto {
    let mut a = pb::AttributeProto { name: name.into(), ..Default::default() };
    a.r#type = match value {
        Attr::Int(i) => {
            a.i = *i;
            AttributeType::Int
        }
        Attr::Ints(v) => {
            a.ints = v.clone();
            AttributeType::Ints
        }
        Attr::Float(f) => {
            a.f = *f;
            AttributeType::Float
        }
        Attr::Text(s) => {
            a.s = s.as_bytes().to_vec();
            AttributeType::String
        }
    } as i32;
    a
}

pub fn value(name: &str, shape: &[i64]) -> pb::ValueInfoProto {
    let dim = shape.iter().map(|&d| {
        let value = if d == 0 { Dim::DimParam("n".into()) } else { Dim::DimValue(d) };
        pb::tensor_shape_proto::Dimension { value: Some(value), ..Default::default() }
    });
    let shape = (!shape.is_empty()).then(|| pb::TensorShapeProto { dim: dim.collect() });
    let tensor = pb::type_proto::Tensor { elem_type: DataType::Float as i32, shape };
    let ty = pb::TypeProto { value: Some(pb::type_proto::Value::TensorType(tensor)), ..Default::default() };
    pb::ValueInfoProto { name: name.into(), r#type: Some(ty), ..Default::default() }
}

/// Numbers between `lo` and `hi`, the same ones each time (xorshift64*).
pub fn noise(n: usize, seed: u64, lo: f32, hi: f32) -> Vec<f32> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..n)
        .map(|_| {
            s ^= s >> 12;
            s ^= s << 25;
            s ^= s >> 27;
            lo + (hi - lo) * ((s.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1u64 << 24) as f32)
        })
        .collect()
}

/// 24 samples in steps of 1/32 from −4 to 127/32, so that with [`grid`] the input is exact in i8.
pub fn samples(shape: &[usize]) -> Samples {
    let n: usize = shape.iter().product();
    let data = noise(24 * n, 7, 0.0, 255.99).into_iter().map(|q| (q.floor() - 128.0) / 32.0).collect();
    Samples::new(shape.to_vec(), data).unwrap()
}

/// The input range of [`samples`]: a scale of 1/32 and a zero point of 0.
pub fn grid() -> Options {
    Options { input_range: Some((-4.0, 127.0 / 32.0)), ..Options::default() }
}

pub fn try_convert(onnx: &[u8], shape: &[usize]) -> Result<Converted, ConvertError> {
    convert(onnx, &samples(shape), &grid(), &mut |_, _| ())
}

/// Converts, runs both models, and asserts that no element is further apart than `steps` 255ths of the float
/// output's range: about one for each rounding to i8 on the way. A wrong layout or formula is tens of steps off.
pub fn close(onnx: &[u8], shape: &[usize], steps: f32) -> Converted {
    let converted = try_convert(onnx, shape).unwrap();
    let float = FloatModel::load(onnx, None, None).unwrap();
    let loaded = Reference.load(converted.model.clone()).unwrap();
    let header = converted.model.header();
    let ty = converted.model.output_types().next().unwrap();
    let (mut worst, mut lo, mut hi) = (0.0f32, 0.0f32, 0.0f32);
    for sample in samples(shape).iter() {
        let expected = float.run(sample).unwrap();
        let expected = match ty.shape.as_slice() {
            [h, w, c] if converted.report.notes.is_empty() && *c as usize != expected.len() => {
                port_order(&[1, *c as usize, *h as usize, *w as usize], &expected)
            }
            _ => expected,
        };
        let input = quantise_input(&header.inputs[0], &port_order(float.input_shape(), sample)).unwrap();
        let got = dequantise_output(&header.outputs[0], ty, &loaded.run(&[&input]).unwrap()[0]);
        assert_eq!(got.len(), expected.len());
        for (g, e) in got.iter().zip(&expected) {
            worst = worst.max((g - e).abs());
            (lo, hi) = (lo.min(*e), hi.max(*e));
        }
    }
    let off = worst / ((hi - lo) / 255.0);
    assert!(off <= steps, "{off} steps off, {steps} allowed; range {lo} to {hi}\n{:#?}", converted.report);
    converted
}

/// Names of the integer ops, in order.
pub fn ops(converted: &Converted) -> Vec<&'static str> {
    converted.model.header().nodes.iter().map(|n| n.op.name()).collect()
}
