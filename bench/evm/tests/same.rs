//! Every block of the benchmark gives the same gas, receipts and state on all sides: what is timed is
//! the same work.
#![allow(missing_docs)]

use isocortex_bench_evm::{Chain, same_answers, workloads::ALL};

#[test]
fn all_sides_agree() {
    let chain = Chain::default();
    ALL.into_iter().for_each(|make| same_answers(&chain, &make(&chain)));
}
