//! Bounded fuzzing of the artifact decoder and the check: seeded mutations of the valid vectors.
//!
//! `ISOCORTEX_FUZZ_SECONDS` (5) says how long, `ISOCORTEX_FUZZ_SEED` (1) where to start. No bytes may panic;
//! what is accepted must re-encode to itself; a checked model must run, within its intervals, and give the
//! same bits on the reference and on the CPU backend with every instruction set that this machine has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_inference::{Backend, Cpu, Isa, Reference};
use isocortex_model::{Artifact, DType, Error, Model, Op, keccak256, limits};
use isocortex_testvectors::{Kind, load};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// splitmix64: the seed of a failure repeats it.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`, which is not 0.
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

struct Seed {
    header: Vec<u8>,
    weights: Vec<u8>,
}

/// Valid and invalid artifacts alike, without the few long ones, which would only slow this down.
fn corpus() -> Vec<Seed> {
    let mut seeds = vec![];
    for file in load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data")).unwrap() {
        let pairs: Vec<_> = match file.cases {
            Kind::Models(cases) => cases.into_iter().map(|c| (c.header, c.weights)).collect(),
            Kind::Invalid(cases) => cases.into_iter().map(|c| (c.header, c.weights)).collect(),
            _ => vec![],
        };
        seeds.extend(pairs.into_iter().map(|(h, w)| Seed { header: h.to_vec(), weights: w.to_vec() }));
    }
    seeds.retain(|s| s.header.len() < 4096 && s.weights.len() < 4096);
    assert!(seeds.len() > 500);
    seeds
}

const WORDS: [u32; 14] =
    [0, 1, 2, 3, 7, 64, 65, 128, 255, 1 << 24, (1 << 24) + 1, i32::MAX as u32, 1 << 31, u32::MAX];

/// Up to four edits of the kinds that break decoders: bits, bytes, words, cuts, insertions, splices.
fn mutate(rng: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=rng.below(4) {
        let at = rng.below(bytes.len().max(1));
        match (rng.below(8), bytes.get_mut(at)) {
            (0 | 1, Some(byte)) => *byte ^= 1 << rng.below(8),
            (2, Some(byte)) => *byte = rng.next() as u8,
            (3 | 4, Some(_)) => {
                let word = rng.pick(&WORDS).to_le_bytes();
                bytes.iter_mut().skip(at).zip(word).for_each(|(b, w)| *b = w);
            }
            (5, Some(_)) => drop(bytes.drain(at..(at + 1 + rng.below(8)).min(bytes.len()))),
            (6, Some(_)) => bytes.truncate(at),
            _ => {
                let from = rng.below(other.len().max(1));
                let part: Vec<u8> = other.iter().skip(from).take(1 + rng.below(40)).copied().collect();
                bytes.splice(at..at, part);
            }
        }
    }
}

/// Edits a decoded header's graph and binds it to the weights again, so that the check is reached.
fn mutate_graph(rng: &mut Rng, seed: &Seed) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut header = Artifact::decode_header(&seed.header).ok()?;
    let mut weights = seed.weights.clone();
    for _ in 0..=rng.below(3) {
        let constants = header.constants.len().max(1);
        let node = rng.below(header.nodes.len().max(1));
        match rng.below(6) {
            0 => weights.iter_mut().for_each(|b| *b = if rng.below(8) == 0 { rng.next() as u8 } else { *b }),
            1 => {
                let input = rng.below(header.inputs.len().max(1));
                let ty = &mut header.inputs.get_mut(input)?.ty;
                let d = rng.below(ty.shape.len().max(1));
                *ty.shape.get_mut(d)? =
                    if rng.below(2) == 0 { rng.below(9) as u32 } else { *rng.pick(&WORDS) };
            }
            2 => {
                let input = rng.below(header.inputs.len().max(1));
                header.inputs.get_mut(input)?.ty.dtype = *rng.pick(&[DType::I8, DType::I16, DType::I32]);
            }
            3 => {
                let copy = header.nodes.get(node)?.clone();
                header.nodes.push(copy);
                header.outputs.first_mut()?.value = (header.inputs.len() + header.nodes.len() - 1) as u32;
            }
            4 => {
                let values = header.inputs.len() + header.nodes.len();
                let operands = &mut header.nodes.get_mut(node)?.operands;
                let which = rng.below(operands.len().max(1));
                *operands.get_mut(which)? = rng.below(values + 1) as u32;
            }
            _ => attribute(rng, &mut header.nodes.get_mut(node)?.op, constants),
        }
    }
    header.weights_len = weights.len() as u64;
    header.chunks = weights.chunks(limits::CHUNK_BYTES).map(|c| keccak256(c).0).collect();
    Some((header.to_bytes(), weights))
}

/// Edits one byte or one word of an op's encoding behind its tag; what no longer decodes stays as it was.
fn attribute(rng: &mut Rng, op: &mut Op, constants: usize) {
    let Ok(mut bytes) = borsh::to_vec(op) else { return };
    if bytes.len() == 1 {
        return; // an op without attributes
    }
    let at = 1 + rng.below(bytes.len() - 1);
    if rng.below(2) == 0 {
        bytes[at] = *rng.pick(&[0, 1, 2, 3, 4, 5, 31, 62, 63, 64, 65, 127, 128, 255]);
    } else {
        let word = match rng.below(4) {
            0 => rng.below(9) as u32,
            1 => rng.below(constants + 1) as u32,
            2 => u32::MAX - rng.below(4) as u32,
            _ => *rng.pick(&WORDS),
        };
        // Most attributes are words, one after the other.
        let at = 1 + (at - 1) / 4 * 4;
        bytes.iter_mut().skip(at).zip(word.to_le_bytes()).for_each(|(b, w)| *b = w);
    }
    if let Ok(changed) = borsh::from_slice(&bytes) {
        *op = changed;
    }
}

/// What must hold of any bytes; the error where they are no model.
fn property(header: &[u8], weights: &[u8], rng: &mut Rng, cpus: &[Cpu]) -> Result<(), Error> {
    let artifact = Artifact::from_parts(header, weights.to_vec())?;
    assert_eq!(artifact.header().to_bytes(), header, "decoded from other than its one encoding");
    assert_eq!(artifact.id(), keccak256(header));
    assert_eq!(artifact.weights(), weights);
    let mut file = artifact.to_file();
    assert_eq!(Artifact::from_file(&file)?, artifact, "the file is another artifact");
    mutate(rng, &mut file, header);
    if let Ok(other) = Artifact::from_file(&file) {
        assert_eq!(other.to_file(), file, "a file read from other than its one encoding");
    }
    let model = Arc::new(Model::check(&artifact)?);
    let cost = model.cost();
    if cost.macs.saturating_add(cost.elements) < 200_000 && cost.peak < 1 << 20 && model.input_len() < 1 << 20
    {
        let input: Vec<u8> = (0..model.input_len()).map(|_| rng.next() as u8).collect();
        let loaded = Reference.load(model.clone()).unwrap();
        let output = loaded.run(&[&input]).unwrap();
        assert_eq!(output[0].len(), model.output_len());
        for cpu in cpus {
            let other = cpu.load(model.clone()).unwrap().run(&[&input]).unwrap();
            assert_eq!(other, output, "cpu, {}", cpu.isa().name());
        }
        for (op, value) in
            loaded.trace(&input).unwrap().iter().zip(&model.values()[model.header().inputs.len()..])
        {
            assert_eq!(op.bytes.len() as u64, value.ty.bytes());
            for word in op.bytes.chunks(value.ty.dtype.size()) {
                let v = match *word {
                    [a] => i32::from(a as i8),
                    [a, b] => i32::from(i16::from_le_bytes([a, b])),
                    _ => i32::from_le_bytes(word.try_into().unwrap()),
                };
                assert!(value.interval.contains(v), "{v} outside {:?} after {}", value.interval, op.op);
            }
        }
    }
    Ok(())
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |v| v.parse().expect(name))
}

#[test]
fn no_bytes_panic_and_what_is_accepted_is_canonical() {
    let end = Instant::now() + Duration::from_secs(setting("ISOCORTEX_FUZZ_SECONDS", 5));
    let seeds = corpus();
    let cpus: Vec<_> =
        Isa::ALL.iter().filter(|i| i.available()).map(|&i| Cpu::with_isa(i, 1).unwrap()).collect();
    let (mut tried, mut decoded, mut models) = (0u64, 0u64, 0u64);
    let first = setting("ISOCORTEX_FUZZ_SEED", 1) << 32;
    while Instant::now() < end {
        let number = first + tried;
        let mut rng = Rng(number);
        let seed = rng.pick(&seeds);
        let (header, weights) = match mutate_graph(&mut rng, seed).filter(|_| !number.is_multiple_of(4)) {
            Some(parts) => parts,
            None => {
                let (mut header, weights) = (seed.header.clone(), seed.weights.clone());
                let other = rng.pick(&seeds);
                mutate(&mut rng, &mut header, &other.header);
                (header, weights)
            }
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| property(&header, &weights, &mut rng, &cpus)));
        let Ok(outcome) = outcome else {
            panic!("mutation {number}: header {} weights {}", hex(&header), hex(&weights));
        };
        tried += 1;
        decoded += u64::from(matches!(outcome, Ok(_) | Err(Error::Node { .. } | Error::UnusedConstant(_))));
        models += u64::from(outcome.is_ok());
    }
    println!("{tried} mutations: {decoded} reached the ops' rules, {models} were models");
    assert!(tried > 100 && decoded > 0 && models > 0, "the fuzzer is too slow or blind");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
