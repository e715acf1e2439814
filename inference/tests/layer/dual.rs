use crate::scripted::{ANSWER, Act, INPUT, Scripted, model};
use isocortex_inference::{Backend, Cpu, Dual, Error, Failover, Fault, Metrics, Reference};
use std::sync::Arc;

fn dual(script: &Scripted) -> (Dual, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::default());
    let cpu = Arc::new(Cpu::new(1).unwrap());
    (Dual::new(Arc::new(script.clone()), cpu, Arc::clone(&metrics)), metrics)
}

#[track_caller]
fn wrong<T>(outcome: Result<T, Error>, words: &[&str]) {
    match outcome {
        Err(Error::Device { backend: "dual", fault: Fault::Wrong, reason }) => {
            let id = model().id().to_string();
            for word in words.iter().chain([&"scripted and cpu differ on model", &&*id]) {
                assert!(reason.contains(word), "no {word:?} in {reason:?}");
            }
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("an answer"),
    }
}

#[test]
fn two_that_agree_answer() {
    let (dual, metrics) = dual(&Scripted::default());
    let loaded = dual.load(model()).unwrap();
    assert_eq!(loaded.run(&[INPUT; 2]).unwrap(), [ANSWER; 2]);
    assert_eq!(loaded.trace(INPUT).unwrap(), Reference.load(model()).unwrap().trace(INPUT).unwrap());
    assert_eq!(loaded.place().to_string(), "dual (scripted and cpu)");
    assert_eq!(metrics.snapshot().compared, 2);
    assert!(matches!(loaded.run(&[&[0]]), Err(Error::InputLength { .. })));
}

/// The numbers: 27 is the answer told by hand, 26 is it with its lowest bit turned.
#[test]
fn the_first_difference_names_op_and_word_and_is_the_last_answer() {
    let script = Scripted::default();
    let (dual, _) = dual(&script);
    let (loaded, other) = (dual.load(model()).unwrap(), dual.load(model()).unwrap());
    script.then([Act::Right, Act::Flips, Act::Flips]);
    loaded.run(&[INPUT]).unwrap();
    let words = ["input 0 of the batch, node 0 (MatMul), word 1: 26 against 27"];
    wrong(loaded.run(&[INPUT; 2]), &words);
    assert_eq!(script.left(), 0);
    // Right or not, nothing is answered any more.
    wrong(loaded.run(&[INPUT]), &words);
    wrong(loaded.trace(INPUT), &words);
    wrong(other.run(&[INPUT]), &words);
    wrong(dual.load(model()), &words);
}

#[test]
fn a_difference_that_no_trace_shows() {
    for (act, then, words) in [
        (Act::FlipsUnseen, Act::Right, &["output 0, word 1: 26 against 27", "node by node both agree"][..]),
        (Act::Flips, Act::Fails(Fault::Lost), &["output 0, word 1: 26 against 27", "no trace: ", "on fire"]),
        (Act::Forgets, Act::Right, &["1 and 2 answers to 2 inputs"]),
    ] {
        let script = Scripted::default();
        let (dual, _) = dual(&script);
        let loaded = dual.load(model()).unwrap();
        script.then([act, then]);
        wrong(loaded.run(&[INPUT; 2]), words);
    }
}

#[test]
fn a_trace_that_differs() {
    let script = Scripted::default();
    let (dual, _) = dual(&script);
    let loaded = dual.load(model()).unwrap();
    script.then([Act::Flips]);
    wrong(loaded.trace(INPUT), &["node 0 (MatMul), word 1: 26 against 27"]);
}

#[test]
fn a_fault_of_one_is_a_fault() {
    let script = Scripted::default();
    let (dual, _) = dual(&script);
    let loaded = dual.load(model()).unwrap();
    script.then([Act::Fails(Fault::Lost)]);
    assert!(matches!(loaded.run(&[INPUT]), Err(Error::Device { backend: "scripted", .. })));
    assert_eq!(loaded.run(&[INPUT]).unwrap(), [ANSWER]);
}

/// The canary below, the net above: a fault is made good, a wrong bit is not.
#[test]
fn over_a_failover_only_wrong_bits_stop() {
    let script = Scripted::default();
    let cpu = || Arc::new(Cpu::new(1).unwrap());
    let failover = Failover::new(Arc::new(script.clone()), cpu(), Arc::default());
    let dual = Dual::new(Arc::new(failover), cpu(), Arc::default());
    let loaded = dual.load(model()).unwrap();
    script.then([Act::Fails(Fault::Other), Act::Flips, Act::Flips]);
    assert_eq!(loaded.run(&[INPUT]).unwrap(), [ANSWER]);
    wrong(loaded.run(&[INPUT]), &["word 1: 26 against 27"]);
}
