//! `isocortex convert`

use crate::{
    backend::{Choice, Kind},
    failure::{Failure, Verdict},
    ui::{Rows, Ui, percent, short, thousands},
};
use isocortex_convert::{
    Converted, Evaluation, FloatModel, Options, RangeMethod, Report, Samples, convert, evaluate, read_labels,
};
use isocortex_inference::Backend;
use isocortex_model::Model;
use isocortex_precompiles::GasSchedule;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Turns a float ONNX model into an integer model, choosing scales from calibration data
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  isocortex convert models/fashion-mnist/model.onnx --calibration models/fashion-mnist/calibration-images.npy \\
    --test models/fashion-mnist/test-images.npy --labels models/fashion-mnist/test-labels.npy --out model.iso

Data are NumPy files in ONNX's element order, the first dimension counting samples; bytes are divided by 255.")]
pub struct Args {
    /// The model, in float32 and exported for inference
    #[arg(value_name = "ONNX")]
    onnx: PathBuf,
    /// Some inputs like those that will come, to choose scales from
    #[arg(long, value_name = "FILE.npy")]
    calibration: PathBuf,
    /// Inputs to measure accuracy on
    #[arg(long, value_name = "FILE.npy", requires = "labels")]
    test: Option<PathBuf>,
    /// Their classes
    #[arg(long, value_name = "FILE.npy", requires = "test")]
    labels: Option<PathBuf>,
    /// Where to write the integer model
    #[arg(long, value_name = "FILE.iso", default_value = "model.iso")]
    out: PathBuf,
    /// Licence to note in the model, an SPDX expression
    #[arg(long, value_name = "SPDX")]
    licence: Option<String>,
    /// Shape of the input, batch included, where the ONNX file leaves it open: 1,3,224,224
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    input_shape: Option<Vec<usize>>,
    /// How ranges of activations are chosen from calibration
    #[arg(long, value_enum, default_value = "least-squares")]
    ranges: Ranges,
}

/// [`RangeMethod`] on the command line.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Ranges {
    /// Everything that calibration saw
    MinMax,
    /// The range with the least squared error
    LeastSquares,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let options = Options {
        input_shape: args.input_shape,
        licence: args.licence,
        ranges: match args.ranges {
            Ranges::MinMax => RangeMethod::MinMax,
            Ranges::LeastSquares => RangeMethod::LeastSquares,
        },
        ..Options::default()
    };
    let converted = file(&args.onnx, &args.calibration, options.clone(), ui)?;
    let evaluation = match (&args.test, &args.labels) {
        (Some(test), Some(labels)) => {
            let backend = choice.open(Kind::Cpu)?;
            let (samples, labels) = (Samples::read_npy(test)?, read_labels(labels)?);
            let float = float(&args.onnx, options.input_shape.as_deref())?;
            Some(accuracy(&float, &converted, &*backend, &samples, &labels, ui)?)
        }
        _ => None,
    };
    fs::write(&args.out, converted.artifact.to_file()).map_err(Failure::file(&args.out))?;
    show(&converted, evaluation.as_ref(), ui);
    ui.line(format_args!("written to {}", args.out.display()));
    ui.document(&json!({
        "report": converted.report, "inferenceGas": gas(&converted.model), "evaluation": evaluation, "out": args.out,
    }))?;
    Ok(Verdict::Yes)
}

/// Converts an ONNX file.
///
/// # Errors
/// Unreadable files, models that have no integer counterpart.
pub fn file(onnx: &Path, calibration: &Path, options: Options, ui: Ui) -> Result<Converted, Failure> {
    let bytes = Failure::read(onnx)?;
    let samples = Samples::read_npy(calibration)?;
    let folder = onnx.parent().map(Path::to_owned);
    let bar = ui.progress("calibrating", 0);
    let converted = convert(&bytes, &samples, &Options { folder, ..options }, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    converted.map_err(|error| {
        let failure = Failure::from(error);
        Failure { message: format!("{}: {}", onnx.display(), failure.message), ..failure }
    })
}

/// The float model of an ONNX file.
///
/// # Errors
/// An unreadable file.
pub fn float(onnx: &Path, input_shape: Option<&[usize]>) -> Result<FloatModel, Failure> {
    let bytes = Failure::read(onnx)?;
    Ok(FloatModel::load(&bytes, onnx.parent(), input_shape)?)
}

/// Float and integer model side by side on labelled samples.
///
/// # Errors
/// Samples that do not fit, a backend that fails.
pub fn accuracy(
    float: &FloatModel,
    converted: &Converted,
    backend: &dyn Backend,
    samples: &Samples,
    labels: &[usize],
    ui: Ui,
) -> Result<Evaluation, Failure> {
    let bar = ui.progress("measuring accuracy", samples.len() as u64);
    let outcome = evaluate(float, backend, converted.model.clone(), samples, labels, &mut |done, _| {
        bar.set_position(done)
    });
    bar.finish_and_clear();
    Ok(outcome?)
}

/// Gas of one inference by the default price list, without royalty.
pub fn gas(model: &Model) -> u64 {
    let nodes = u32::try_from(model.header().nodes.len()).unwrap_or(u32::MAX);
    GasSchedule::default().inference(model.cost(), nodes, model.input_len() as u64, model.output_len() as u64)
}

/// The report as tables.
pub fn show(converted: &Converted, evaluation: Option<&Evaluation>, ui: Ui) {
    let Report { input, output, operators, layers, parameters, cost, calibration_samples, notes, .. } =
        &converted.report;
    let mut rows = Rows::new(&["#", "operator", "from", "result", "#MACs", "#weights"]);
    for (index, operator) in operators.iter().enumerate() {
        let count = |n: u64| if n == 0 { String::new() } else { thousands(n) };
        rows.row([
            index.to_string(),
            operator.op.clone(),
            operator.layer.clone(),
            super::model::shape(&operator.ty),
            count(operator.macs),
            count(operator.weights),
        ]);
    }
    ui.table(rows);
    let port = |port: &isocortex_convert::PortReport| {
        format!(
            "{} {}, (q − {}) · {:.6}",
            port.name,
            super::model::shape(&port.ty),
            port.zero_point,
            port.scale
        )
    };
    let worst = layers.iter().max_by(|a, b| a.error.total_cmp(&b.error));
    let sums: u64 = operators.iter().map(|operator| operator.macs).sum();
    let mut pairs = vec![
        ("model id", converted.report.model_id.to_string()),
        ("source", short(converted.report.source)),
        ("input", port(input)),
        ("output", port(output)),
        ("operators", operators.len().to_string()),
        ("parameters", thousands(*parameters)),
        ("MACs", format!("{}, {} of them in matrices and windows", thousands(cost.macs), thousands(sums))),
        ("gas of one inference", thousands(gas(&converted.model))),
        ("bytes", format!("{} of weights, {} at work", thousands(cost.weights), thousands(cost.peak))),
        ("calibration", format!("{calibration_samples} samples")),
    ];
    if let Some(worst) = worst {
        pairs.push((
            "largest error of a layer",
            format!("{:.4} of its size, at {}", worst.error, worst.layer),
        ));
    }
    if let Some(e) = evaluation {
        let share = |n: u64| format!("{} ({n} of {})", percent(n, e.samples), e.samples);
        pairs.push(("float accuracy", share(e.float_right)));
        pairs.push(("integer accuracy", share(e.integer_right)));
        pairs.push(("they agree", share(e.agree)));
    }
    ui.table(Rows::pairs(pairs));
    notes.iter().for_each(|note| ui.line(format_args!("note: {note}")));
}
