//! The models of this repository: integer accuracy beside float accuracy.
#![allow(clippy::unwrap_used)]

use isocortex_convert::{Evaluation, FloatModel, Options, Samples, convert, evaluate, read_labels};
use isocortex_inference::Cpu;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models").join(name)
}

fn measure(name: &str, calibration: &str, samples: &Samples, labels: &[usize]) -> Evaluation {
    let onnx = std::fs::read(folder(name).join("model.onnx")).unwrap();
    let calibration = Samples::read_npy(folder(name).join(calibration)).unwrap();
    let converted = convert(&onnx, &calibration, &Options::default(), &mut |_, _| ()).unwrap();
    let float = FloatModel::load(&onnx, None, None).unwrap();
    let cpu = Cpu::new(1).unwrap();
    evaluate(&float, &cpu, converted.model, samples, labels, &mut |_, _| ()).unwrap()
}

#[test]
fn fashion_mnist_on_the_images_kept_here() {
    let images = Samples::read_npy(folder("fashion-mnist").join("test-images.npy")).unwrap();
    let labels = read_labels(folder("fashion-mnist").join("test-labels.npy")).unwrap();
    let e = measure("fashion-mnist", "calibration-images.npy", &images, &labels);
    assert!(e.float_accuracy() >= 0.91 && e.agreement() >= 0.98, "{e:?}");
    assert!(e.float_right.abs_diff(e.integer_right) * 200 <= e.samples, "more than half a point: {e:?}");
}

#[test]
fn breast_cancer() {
    let rows = Samples::read_npy(folder("breast-cancer").join("test.npy")).unwrap();
    let labels = read_labels(folder("breast-cancer").join("test-labels.npy")).unwrap();
    let e = measure("breast-cancer", "calibration.npy", &rows, &labels);
    assert!(e.float_accuracy() >= 0.93 && e.agreement() >= 0.98, "{e:?}");
}

/// All 10,000 test images, which Debian's dataset-fashion-mnist holds; tells how to run where they are missing.
#[test]
fn fashion_mnist_in_full() {
    let file = |name: &str| Path::new("/usr/share/datasets/fashion-mnist").join(name);
    let unpacked = |name: &str| -> Option<Vec<u8>> {
        let mut bytes = vec![];
        let file = std::fs::File::open(file(name)).ok()?;
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(file), &mut bytes).ok()?;
        Some(bytes)
    };
    let (Some(images), Some(labels)) =
        (unpacked("t10k-images-idx3-ubyte.gz"), unpacked("t10k-labels-idx1-ubyte.gz"))
    else {
        eprintln!("not measured: install dataset-fashion-mnist for the 10,000 test images");
        return;
    };
    // IDX files: a header of 16 and 8 bytes, then a byte for each pixel and label.
    let images = images[16..].iter().map(|&b| f32::from(b) / 255.0).collect();
    let labels: Vec<usize> = labels[8..].iter().map(|&b| b.into()).collect();
    let e = measure(
        "fashion-mnist",
        "calibration-images.npy",
        &Samples::new(vec![28, 28], images).unwrap(),
        &labels,
    );
    println!("{e:?}");
    assert_eq!(e.samples, 10_000);
    assert!(e.float_right.abs_diff(e.integer_right) <= 20, "more than 0.2 points: {e:?}");
    assert!(e.float_accuracy() >= 0.915, "{e:?}");
}
