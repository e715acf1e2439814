//! Runs models that come down a pipe, on every backend of this machine: what `conformance/` speaks to.
//!
//!     cargo run --release --example stream -- [reference] [cpu] [scalar] [avx2] …
//!
//! All numbers are u32, little-endian. First it writes the backends' names, joined by spaces, with their
//! length before them. Then, for each request read, one answer:
//!
//! - request: length and bytes of a `.iso` file; number of inputs; length and bytes of each
//! - answer: 0, then per backend and input the length and bytes of the output; or 1, length and text of why the
//!   model was refused
#![allow(missing_docs)]

use isocortex_inference::{Backend, Cpu, Isa, Reference};
use isocortex_model::{Artifact, Model};
use std::error::Error;
use std::io::{BufReader, BufWriter, Read, Write, stdin, stdout};
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let backends = match names.is_empty() {
        true => all()?,
        false => names.iter().map(|name| named(name)).collect::<Result<_, _>>()?,
    };
    let (mut from, mut to) = (BufReader::new(stdin().lock()), BufWriter::new(stdout().lock()));
    let names: Vec<&str> = backends.iter().map(|(name, _)| name.as_str()).collect();
    write(&mut to, names.join(" ").as_bytes())?;
    to.flush()?;
    while let Some(file) = read(&mut from)? {
        let count = number(&mut from)?.ok_or("no number of inputs")?;
        let inputs: Vec<Vec<u8>> = (0..count)
            .map(|_| Ok(read(&mut from)?.ok_or("no input")?))
            .collect::<Result<_, Box<dyn Error>>>()?;
        match model(&file) {
            Ok(model) => {
                to.write_all(&0u32.to_le_bytes())?;
                let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
                for (_, backend) in &backends {
                    let outputs = backend.load(model.clone()).and_then(|loaded| loaded.run(&inputs))?;
                    outputs.iter().try_for_each(|output| write(&mut to, output))?;
                }
            }
            Err(refusal) => {
                to.write_all(&1u32.to_le_bytes())?;
                write(&mut to, refusal.to_string().as_bytes())?;
            }
        }
        to.flush()?;
    }
    Ok(())
}

type Named = (String, Box<dyn Backend>);

/// The reference, and the CPU backend on each of this machine's instruction sets.
fn all() -> Result<Vec<Named>, Box<dyn Error>> {
    let sets = Isa::ALL.into_iter().filter(|isa| isa.available());
    std::iter::once("reference").chain(sets.map(Isa::name)).map(named).collect()
}

fn named(name: &str) -> Result<Named, Box<dyn Error>> {
    let backend: Box<dyn Backend> = match name {
        "reference" => Box::new(Reference),
        "cpu" => Box::new(Cpu::new(1)?),
        isa => {
            let isa = Isa::ALL.into_iter().find(|i| i.name() == isa).ok_or("no such backend")?;
            Box::new(Cpu::with_isa(isa, 1)?)
        }
    };
    Ok((name.into(), backend))
}

fn model(file: &[u8]) -> Result<Arc<Model>, isocortex_model::Error> {
    Ok(Arc::new(Model::check(&Artifact::from_file(file)?)?))
}

/// The next number; none where the pipe ends before it.
fn number(from: &mut impl Read) -> std::io::Result<Option<u32>> {
    let mut bytes = vec![];
    from.take(4).read_to_end(&mut bytes)?;
    Ok(bytes.try_into().ok().map(u32::from_le_bytes))
}

fn read(from: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let Some(length) = number(from)? else { return Ok(None) };
    let mut bytes = vec![];
    from.take(length.into()).read_to_end(&mut bytes)?;
    Ok((bytes.len() == length as usize).then_some(bytes))
}

fn write(to: &mut impl Write, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    to.write_all(&u32::try_from(bytes.len())?.to_le_bytes())?;
    Ok(to.write_all(bytes)?)
}
