//! `isocortex model`

mod show;

use crate::{
    backend::{Choice, Kind},
    failure::{Failure, Verdict},
    ui::{Rows, Ui, short},
};
use alloy_primitives::hex;
use clap::{Args as ClapArgs, Subcommand};
use isocortex_convert::{Samples, dequantise_output, port_order, quantise_input};
use isocortex_model::{Artifact, DType, Model, TensorType};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Looks at a model file, prepares inputs for it, or runs it
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print id, inputs and outputs, operators, cost, chunks and provenance, after checking the model
    #[command(after_help = "Example:\n  isocortex model show model.iso")]
    Show {
        /// The model
        #[arg(value_name = "FILE.iso")]
        model: PathBuf,
    },
    /// Print the input bytes that a model takes for a sample
    #[command(
        after_help = "Example:\n  isocortex model input model.iso test-images.npy --index 3 --out input.bin"
    )]
    Input {
        /// The model
        #[arg(value_name = "FILE.iso")]
        model: PathBuf,
        /// Samples in ONNX's order, as for `convert`
        #[arg(value_name = "FILE.npy")]
        samples: PathBuf,
        /// Which, from 0
        #[arg(long, default_value_t = 0)]
        index: usize,
        /// Write the bytes to a file instead of printing them in hex
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Run a model on one input
    #[command(
        after_help = "Example:\n  isocortex model run model.iso --input test-images.npy --index 3 --backend reference"
    )]
    Run {
        /// The model
        #[arg(value_name = "FILE.iso")]
        model: PathBuf,
        /// Input bytes as on chain, or samples if the name ends in .npy
        #[arg(long, value_name = "FILE")]
        input: PathBuf,
        /// Which sample of a .npy file, from 0
        #[arg(long, default_value_t = 0)]
        index: usize,
        /// Print a digest of every operator's result too, for finding where two machines part
        #[arg(long)]
        trace: bool,
    },
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    match args.what {
        What::Show { model } => show::show(&checked(&model)?, ui)?,
        What::Input { model, samples, index, out } => {
            let bytes = sample(&checked(&model)?, &samples, index)?;
            if let Some(out) = out {
                fs::write(&out, &bytes).map_err(Failure::file(&out))?;
                ui.line(format_args!("{} bytes in {}", bytes.len(), out.display()));
            } else {
                ui.line(hex::encode_prefixed(&bytes));
            }
            ui.document(&json!({ "input": hex::encode_prefixed(&bytes) }))?;
        }
        What::Run { model, input, index, trace } => {
            let model = Arc::new(checked(&model)?);
            let bytes = match input.extension() {
                Some(extension) if extension == "npy" => sample(&model, &input, index)?,
                _ => fs::read(&input).map_err(Failure::file(&input))?,
            };
            one(model, &bytes, trace, ui, choice)?;
        }
    }
    Ok(Verdict::Yes)
}

/// Reads a model file.
///
/// # Errors
/// A file that is no artifact.
pub fn read(path: &Path) -> Result<Artifact, Failure> {
    let bytes = fs::read(path).map_err(Failure::file(path))?;
    Artifact::from_file(&bytes).map_err(|error| {
        Failure::new(format_args!("{}: {error}", path.display()))
            .hint("`isocortex convert` writes such files")
    })
}

fn checked(path: &Path) -> Result<Model, Failure> {
    Model::check(&read(path)?).map_err(|error| Failure::refused(format_args!("{}: {error}", path.display())))
}

/// Input bytes for a sample of a .npy file.
fn sample(model: &Model, path: &Path, index: usize) -> Result<Vec<u8>, Failure> {
    let samples = Samples::read_npy(path)?;
    let Some(sample) = samples.iter().nth(index) else {
        return Err(Failure::new(format_args!(
            "{} has {} samples, no number {index}",
            path.display(),
            samples.len()
        )));
    };
    input(model, samples.shape(), sample)
}

/// Input bytes for a sample of this shape, batch not included, in ONNX's order.
///
/// # Errors
/// A sample that does not fit.
// float: what `convert` quantises
pub fn input(model: &Model, shape: &[usize], sample: &[f32]) -> Result<Vec<u8>, Failure> {
    let [port] = &model.header().inputs[..] else {
        return Err(Failure::new("the model has several inputs; give their bytes, joined"));
    };
    let batch: Vec<usize> = [1].into_iter().chain(shape.iter().copied()).collect();
    Ok(quantise_input(port, &port_order(&batch, sample))?)
}

/// "i8 [28, 28, 1]".
pub fn shape(ty: &TensorType) -> String {
    let dtype = match ty.dtype {
        DType::I8 => "i8",
        DType::I16 => "i16",
        DType::I32 => "i32",
    };
    format!("{dtype} {:?}", ty.shape)
}

fn one(model: Arc<Model>, input: &[u8], trace: bool, ui: Ui, choice: Choice) -> Result<(), Failure> {
    let backend = choice.open(Kind::Cpu)?;
    let loaded = backend.load(Arc::clone(&model))?;
    let outputs = loaded.run(&[input])?;
    let output = outputs.first().map(Vec::as_slice).unwrap_or_default();
    let (mut at, mut reals) = (0, vec![]);
    for (port, ty) in model.header().outputs.iter().zip(model.output_types()) {
        let end = at + ty.bytes() as usize;
        let values = dequantise_output(port, ty, output.get(at..end).unwrap_or_default());
        let mut rows = Rows::new(&["#element", "#real"]);
        values
            .iter()
            .take(64)
            .enumerate()
            .for_each(|(i, real)| rows.row([i.to_string(), format!("{real:.4}")]));
        ui.line(format_args!("{} {}", port.name, shape(ty)));
        ui.table(rows);
        reals.push(values);
        at = end;
    }
    ui.line(format_args!("bytes {}", hex::encode_prefixed(output)));
    let place = loaded.place();
    ui.line(format_args!("computed by {place}"));
    let steps = if trace { loaded.trace(input)? } else { vec![] };
    if trace {
        let mut rows = Rows::new(&["#node", "operator", "digest of the result"]);
        steps.iter().for_each(|s| rows.row([s.node.to_string(), s.op.to_owned(), short(s.digest)]));
        ui.table(rows);
    }
    let steps: Vec<_> =
        steps.iter().map(|s| json!({ "node": s.node, "op": s.op, "digest": s.digest })).collect();
    ui.document(&json!({
        "backend": backend.name(), "computedBy": place.backend, "because": place.because, "output": hex::encode_prefixed(output), "reals": reals, "trace": steps,
    }))
}
