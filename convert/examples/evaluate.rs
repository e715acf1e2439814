//! Converts a model and measures it, float beside integer.
//!
//! ```text
//! cargo run --release -p isocortex-convert --example evaluate -- FOLDER [TEST-IMAGES TEST-LABELS]
//! ```
//!
//! FOLDER holds `model.onnx` and `calibration-images.npy` or `calibration.npy`. The test data are .npy files,
//! or the gzipped IDX files of Debian's `dataset-fashion-mnist`, which are the default where FOLDER says
//! `fashion-mnist`. `RANGES=min-max|least-squares|tail:SHARE` picks the calibration method.
#![allow(clippy::print_stdout, missing_docs)]

use flate2::read::GzDecoder;
use isocortex_convert::{FloatModel, Options, RangeMethod, Samples, convert, evaluate, read_labels};
use isocortex_inference::Cpu;
use std::{error::Error, fs, io::Read, path::Path, time::Instant};

const DEBIAN: &str = "/usr/share/datasets/fashion-mnist";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(args.first().ok_or("which folder?")?);
    let (images, labels) = match args.get(1..3) {
        Some([images, labels]) => (images.clone(), labels.clone()),
        _ if folder.ends_with("fashion-mnist") => {
            (format!("{DEBIAN}/t10k-images-idx3-ubyte.gz"), format!("{DEBIAN}/t10k-labels-idx1-ubyte.gz"))
        }
        _ => {
            let file = |name: &str| folder.join(name).display().to_string();
            (file("test.npy"), file("test-labels.npy"))
        }
    };
    let ranges = match std::env::var("RANGES").as_deref() {
        Ok("min-max") => RangeMethod::MinMax,
        Ok(tail) if tail.starts_with("tail:") => RangeMethod::Tail(tail.trim_start_matches("tail:").parse()?),
        _ => RangeMethod::LeastSquares,
    };

    let onnx = fs::read(folder.join("model.onnx"))?;
    let named = folder.join("calibration-images.npy");
    let calibration = Samples::read_npy(if named.exists() { named } else { folder.join("calibration.npy") })?;
    let start = Instant::now();
    let options = Options { ranges, ..Options::default() };
    let converted = convert(&onnx, &calibration, &options, &mut |_, _| ())?;
    let report = &converted.report;
    println!("converted in {:.1?}: {}", start.elapsed(), report.model_id);
    println!("{} parameters, cost {:?}", report.parameters, report.cost);
    for o in &report.operators {
        println!("  {:<16} {:<14} {:>10} macs  {}", o.op, format!("{:?}", o.ty.shape), o.macs, o.layer);
    }
    for l in &report.layers {
        println!(
            "  {:<40} {:9.3} to {:9.3}  scale {:.6}  zero {:4}  error {:.4}",
            l.layer, l.lo, l.hi, l.scale, l.zero_point, l.error
        );
    }
    report.notes.iter().for_each(|n| println!("  {n}"));

    let (samples, labels) = (read_samples(&images)?, read_classes(&labels)?);
    let float = FloatModel::load(&onnx, Some(folder), None)?;
    let start = Instant::now();
    let e = evaluate(&float, &Cpu::new(1)?, converted.model, &samples, &labels, &mut |_, _| ())?;
    println!("{} samples in {:.1?}", e.samples, start.elapsed());
    let percent = |x: f64| format!("{:.2} %", x * 100.0);
    println!(
        "float {}  integer {}  agreement {}",
        percent(e.float_accuracy()),
        percent(e.integer_accuracy()),
        percent(e.agreement())
    );
    Ok(())
}

fn unpacked(path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = vec![];
    GzDecoder::new(fs::File::open(path)?).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_samples(path: &str) -> Result<Samples, Box<dyn Error>> {
    if path.ends_with(".npy") {
        return Ok(Samples::read_npy(path)?);
    }
    // IDX: 16 bytes of header, then 28×28 bytes an image.
    let bytes = unpacked(path)?;
    let pixels = bytes.iter().skip(16).map(|&b| f32::from(b) / 255.0).collect();
    Ok(Samples::new(vec![28, 28], pixels)?)
}

fn read_classes(path: &str) -> Result<Vec<usize>, Box<dyn Error>> {
    if path.ends_with(".npy") {
        return Ok(read_labels(path)?);
    }
    Ok(unpacked(path)?.iter().skip(8).map(|&b| b.into()).collect())
}
