//! The artifact's byte form: strict, bounded, bound by hashes.
#![allow(clippy::unwrap_used, clippy::panic)]

use isocortex_model::{
    Artifact, DType, Error, Fault, Model, Node, Op, Output, Port, Quant, Tensor, TensorType, keccak256,
    limits,
    ops::{MatMul, Rescale},
};

const QUANT: Quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };

/// A dense layer of `n` outputs for 3 inputs, and its rescale to i8.
fn dense(n: u32) -> Artifact {
    Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[3]), quant: QUANT }],
        vec![
            Tensor::i8(&[n, 3], (0..n * 3).map(|i| (i % 7) as i8 - 3).collect()),
            Tensor::i32(&[n], (0..n as i32).collect()),
            Tensor::i32(&[1], vec![1 << 30]),
            Tensor::i8(&[1], vec![31]),
        ],
        vec![
            Node { operands: vec![0], op: Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: 0 }) },
            Node {
                operands: vec![1],
                op: Op::Rescale(Rescale {
                    multiplier: 2,
                    shift: 3,
                    zero_point: 0,
                    lo: -128,
                    hi: 127,
                    dtype: DType::I8,
                }),
            },
        ],
        vec![Output { name: "y".into(), value: 2, quant: QUANT }],
        Default::default(),
    )
}

#[test]
fn file_and_parts_round_trip() {
    let artifact = dense(5);
    let file = artifact.to_file();
    assert_eq!(Artifact::from_file(&file).unwrap(), artifact);
    let header = artifact.header().to_bytes();
    assert_eq!(artifact.id(), keccak256(&header));
    assert_eq!(Artifact::from_parts(&header, artifact.weights().to_vec()).unwrap(), artifact);
    let model = Model::check(&artifact).unwrap();
    assert_eq!((model.input_len(), model.output_len()), (3, 5));
    assert_eq!(model.cost().macs, 5 * 3 + 5);
    assert_eq!(model.cost().weights, 5 * 3 + 5 * 4 + 4 + 1);
}

#[test]
fn weights_are_cut_into_full_chunks() {
    let artifact = dense(40_000);
    let sizes: Vec<usize> = artifact.chunks().map(<[u8]>::len).collect();
    let total = 40_000 * 3 + 40_000 * 4 + 5;
    assert_eq!(sizes.iter().sum::<usize>(), total);
    assert!(sizes[..sizes.len() - 1].iter().all(|&n| n == limits::CHUNK_BYTES));
    assert_eq!(sizes.len(), total.div_ceil(limits::CHUNK_BYTES));
}

#[test]
fn every_truncation_and_every_extension_is_refused() {
    let artifact = dense(2);
    let (header, file) = (artifact.header().to_bytes(), artifact.to_file());
    for n in 0..header.len() {
        assert!(Artifact::decode_header(&header[..n]).is_err(), "header cut at {n}");
    }
    for n in 0..file.len() {
        assert!(Artifact::from_file(&file[..n]).is_err(), "file cut at {n}");
    }
    for bytes in [header, file] {
        let longer = [bytes, vec![0]].concat();
        assert!(Artifact::decode_header(&longer).is_err());
        assert!(Artifact::from_file(&longer).is_err());
    }
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let artifact = dense(2);
    let file = artifact.to_file();
    for bit in 0..file.len() * 8 {
        let mut changed = file.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // Either refused, or another model with another id: never the same id.
        if let Ok(other) = Artifact::from_file(&changed) {
            assert_ne!(other.id(), artifact.id(), "bit {bit}");
            let _ = Model::check(&other);
        }
    }
}

#[test]
fn wrong_weights_are_named() {
    let artifact = dense(40_000);
    let header = artifact.header().to_bytes();
    let mut weights = artifact.weights().to_vec();
    let short = weights[1..].to_vec();
    assert!(matches!(Artifact::from_parts(&header, short), Err(Error::WeightsLength { .. })));
    weights[limits::CHUNK_BYTES] ^= 1;
    assert_eq!(Artifact::from_parts(&header, weights), Err(Error::ChunkHash(1)));
}

#[test]
fn foreign_and_future_headers_are_told_apart() {
    let header = dense(2).header().to_bytes();
    let mut foreign = header.clone();
    foreign[0] = b'X';
    assert!(matches!(Artifact::decode_header(&foreign), Err(Error::Magic(_))));
    let mut future = header;
    future[4] = 2;
    assert_eq!(Artifact::decode_header(&future), Err(Error::OpSet(2)));
}

#[test]
fn huge_counts_allocate_nothing() {
    // A header that claims 2^32 − 1 inputs in ten bytes.
    let bytes = [b"ISOC".as_slice(), &[1, 0], &[0xff; 4]].concat();
    assert!(matches!(Artifact::decode_header(&bytes), Err(Error::Malformed { .. })));
    let long = vec![0; limits::HEADER_BYTES + 1];
    assert!(matches!(
        Artifact::decode_header(&long),
        Err(Error::Header { fault: Fault::Limit { what: "header bytes", .. }, .. })
    ));
}
