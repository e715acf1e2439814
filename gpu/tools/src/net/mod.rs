//! The benchmarks' networks: published shapes with random weights, for speed does not depend on what they mean.

mod build;
mod encoder;
mod images;

use isocortex_model::{Artifact, DType, Error, Model, Node, Op, Output, Port, Quant, TensorType, ops};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// He et al. 2015 (arXiv 1512.03385), table 1, at 224 × 224, with the stride of a stage in its first 3 × 3.
    ResNet50,
    /// Sandler et al. 2018 (arXiv 1801.04381), table 2, at 224 × 224.
    MobileNetV2,
    /// An encoder of MiniLM-L12's shape (Wang et al. 2020, arXiv 2002.10957), 128 tokens.
    MiniLm,
}

impl Network {
    /// All of them.
    pub const ALL: &[Self] = &[Self::ResNet50, Self::MobileNetV2, Self::MiniLm];

    /// Its name on the command line and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResNet50 => "resnet50",
            Self::MobileNetV2 => "mobilenet_v2",
            Self::MiniLm => "minilm",
        }
    }

    /// Tokens, or images, in one input.
    pub const fn items(self, tiny: bool) -> u32 {
        match self {
            Self::MiniLm => encoder::Size::new(tiny).tokens,
            _ => 1,
        }
    }

    /// The network, or one of its structure that is some hundred times smaller.
    ///
    /// # Errors
    /// None that a released version gives.
    pub fn model(self, tiny: bool) -> Result<Model, Error> {
        let artifact = match self {
            Self::ResNet50 => images::resnet50(tiny),
            Self::MobileNetV2 => images::mobilenet_v2(tiny),
            Self::MiniLm => encoder::encoder(encoder::Size::new(tiny)),
        };
        Model::check(&artifact)
    }
}

/// A product of n × n matrices of i8 in i32: the input is the left one, row by row, and the weights are the columns of
/// the right one. Entry i of the left is `random_bytes(1, …)[i]`, of the weights `random_bytes(2, …)[i]`.
///
/// # Errors
/// A size that the model's limits refuse.
pub fn gemm(n: u32) -> Result<Model, Error> {
    let weight = random_bytes(2, (n as usize).saturating_mul(n as usize));
    let weight = weight.into_iter().map(u8::cast_signed).collect();
    let op = Op::MatMul(ops::MatMul { weight: 0, bias: 1, zero_point: 0 });
    Model::check(&Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[n, n]), quant: UNIT }],
        vec![
            isocortex_model::Tensor::i8(&[n, n], weight),
            isocortex_model::Tensor::i32(&[n], vec![0; n as usize]),
        ],
        vec![Node { operands: vec![0], op }],
        vec![Output { name: "y".into(), value: 1, quant: UNIT }],
        Default::default(),
    ))
}

const UNIT: Quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };

/// Bytes that look random: byte i depends on the seed and i alone, so that other programs can make them too.
pub fn random_bytes(seed: u64, count: usize) -> Vec<u8> {
    (0..count as u64).map(|i| mix(seed << 32 | i)).collect()
}

fn mix(i: u64) -> u8 {
    let z = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (z >> 56) as u8
}

/// Σ word_i · (2i + 1) modulo 2^64, with words of 32 bits, little-endian: how programs compare long answers.
pub fn digest(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(4).map(|word| {
        let mut padded = [0; 4];
        padded.iter_mut().zip(word).for_each(|(p, &b)| *p = b);
        u64::from(u32::from_le_bytes(padded))
    });
    (0u64..).zip(words).fold(0, |sum, (i, word)| sum.wrapping_add(word.wrapping_mul(2 * i + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_inference::{Backend, Cpu};
    use std::sync::Arc;

    /// A network whose values have died out, or are all at their limits, would be no fair measurement.
    #[test]
    fn answers_are_spread() {
        for network in Network::ALL {
            let model = Arc::new(network.model(true).unwrap());
            let loaded = Cpu::new(1).unwrap().load(Arc::clone(&model)).unwrap();
            let answer = &loaded.run(&[&random_bytes(9, model.input_len())]).unwrap()[0];
            let size = model.output_types().next().unwrap().dtype.size();
            let mut top: Vec<_> = answer.chunks(size).collect();
            let all = top.len();
            top.sort();
            top.dedup();
            assert!(top.len() > all.min(250) / 3, "{}: {} of {all}", network.name(), top.len());
        }
    }

    #[test]
    fn whole_networks_have_the_published_sizes() {
        let macs = |network: Network| network.model(false).unwrap().cost().macs / 1_000_000;
        // Convolutions and products alone are 4.1 and 0.30 billion, and 2.9 billion for the encoder with attention.
        assert!((4_050..4_250).contains(&macs(Network::ResNet50)), "{}", macs(Network::ResNet50));
        assert!((300..340).contains(&macs(Network::MobileNetV2)), "{}", macs(Network::MobileNetV2));
        assert!((2_850..2_950).contains(&macs(Network::MiniLm)), "{}", macs(Network::MiniLm));
    }

    #[test]
    fn digests_tell_order_and_length() {
        assert_eq!(digest(&[1, 0, 0, 0, 2, 0, 0, 0]), 1 + 2 * 3);
        assert_ne!(digest(&[1, 0, 0, 0, 2]), digest(&[2, 0, 0, 0, 1]));
        // By hand in Python: the shared recipe must not change unseen.
        assert_eq!(random_bytes(1, 4), MIXED);
    }

    const MIXED: [u8; 4] = [206, 7, 194, 22];
}
