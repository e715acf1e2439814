//! Loading, one image, and matrix products. `make bench-cpu` sets them, and much more, beside the peers' times.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[allow(dead_code)] // some are for the examples
mod network;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use isocortex_inference::{Backend, Cpu, Isa, Reference};
use isocortex_model::Model;
use std::hint::black_box;
use std::sync::Arc;

fn cpus(threads: usize) -> impl Iterator<Item = Cpu> {
    let have = Isa::ALL.into_iter().filter(|isa| isa.available());
    have.map(move |isa| Cpu::with_isa(isa, threads).unwrap())
}

fn input(model: &Model) -> Vec<u8> {
    (0..model.input_len()).map(|i| (i * 7 % 251) as u8).collect()
}

fn load(c: &mut Criterion) {
    let model = Arc::new(network::network());
    let mut group = c.benchmark_group("load");
    group.bench_function("reference", |b| b.iter(|| Reference.load(model.clone()).unwrap()));
    for cpu in cpus(1) {
        group.bench_function(cpu.isa().name(), |b| b.iter(|| cpu.load(model.clone()).unwrap()));
    }
}

fn image(c: &mut Criterion) {
    let model = Arc::new(network::network());
    let input = input(&model);
    let mut group = c.benchmark_group("image");
    group.sample_size(20).throughput(Throughput::Elements(model.cost().macs));
    let reference = Reference.load(model.clone()).unwrap();
    group.bench_function("reference", |b| b.iter(|| black_box(reference.run(&[&input]).unwrap())));
    for cpu in cpus(1) {
        let loaded = cpu.load(model.clone()).unwrap();
        group.bench_function(cpu.isa().name(), |b| b.iter(|| black_box(loaded.run(&[&input]).unwrap())));
    }
}

fn batch(c: &mut Criterion) {
    let model = Arc::new(network::network());
    let input = input(&model);
    let batch = vec![input.as_slice(); 64];
    let mut group = c.benchmark_group("batch of 64");
    group.throughput(Throughput::Elements(64));
    for threads in [1, 2] {
        let loaded = Cpu::new(threads).unwrap().load(model.clone()).unwrap();
        group.bench_function(format!("{threads} threads"), |b| {
            b.iter(|| black_box(loaded.run(&batch).unwrap()))
        });
    }
}

fn matmul(c: &mut Criterion) {
    for (m, k, n) in [(100, 147, 75), (512, 512, 512), (1, 4096, 4096)] {
        let model = Arc::new(network::matmul(m, k, n));
        let input = input(&model);
        let mut group = c.benchmark_group(format!("matmul {m}x{k}x{n}"));
        group.sample_size(20).throughput(Throughput::Elements(model.cost().macs));
        for cpu in cpus(1) {
            let loaded = cpu.load(model.clone()).unwrap();
            group.bench_function(cpu.isa().name(), |b| b.iter(|| black_box(loaded.run(&[&input]).unwrap())));
        }
    }
}

criterion_group!(benches, load, image, batch, matmul);
criterion_main!(benches);
