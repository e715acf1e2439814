//! Blocks on a node whose card fails. Behind it stands the CPU: the block is the same to the last bit, its gas too.
//! Alone, or where two backends differ: the block is not executed, and nothing has changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod genesis;
mod nodes;

use isocortex_consensus::{BlockApp, Chain, Error, Executed};
use isocortex_gpu::{Fault, Kernel};
use isocortex_gpu_emulator::Trouble;
use nodes::{Node, Second, attributes, blocks, calls, model};

/// Everything that a block decides, and what it was computed from.
fn assert_same(a: &Executed, b: &Executed) {
    assert_eq!(a.hash, b.hash);
    assert_eq!(a.block, b.block, "gas, state root, receipts root, requests hash");
    assert_eq!(a.receipts, b.receipts);
    assert_eq!(a.transcript, b.transcript);
}

/// What goes wrong, when in a block of nine inferences, and of what kind it is.
const FAULTS: &[(Trouble, u32, Fault)] = &[
    (Trouble::Memory, 0, Fault::Memory),
    (Trouble::Copy, 0, Fault::Other),
    (Trouble::Record, 0, Fault::Other),
    (Trouble::Play, 0, Fault::Other),
    (Trouble::Play, 2, Fault::Other),
    (Trouble::TimeOut, 0, Fault::TimeOut),
    (Trouble::TimeOut, 2, Fault::TimeOut),
    (Trouble::Lost, 0, Fault::Lost),
    (Trouble::Lost, 3, Fault::Lost),
];

#[test]
fn with_the_cpu_behind_it_no_fault_changes_a_block() {
    let (first, second) = blocks();
    for &(trouble, after, fault) in FAULTS {
        let node = Node::new(Second::Failover);
        node.take(first);
        node.troubles.bring(trouble, after);
        let executed = node.chain.execute(second.block.clone()).unwrap();
        assert!(node.troubles.came(), "{trouble:?} after {after}");
        assert_same(&executed, second);
        node.chain.commit(executed).unwrap();
        assert_eq!(node.chain.head().hash, second.hash);
        let seen = node.metrics.snapshot();
        assert_eq!(seen.failovers, [(fault, 1)], "{trouble:?} after {after}");
        assert_eq!(seen.left_alone.is_some(), matches!(fault, Fault::Lost | Fault::TimeOut));
    }
}

#[test]
fn a_block_is_built_the_same_while_the_card_goes() {
    let (first, second) = blocks();
    for &(trouble, after, _) in FAULTS {
        let node = Node::new(Second::Failover);
        node.take(first);
        node.troubles.bring(trouble, after);
        let built = node.chain.build(&attributes(2), &calls()).unwrap();
        assert!(node.troubles.came());
        assert_same(&built.executed, second);
    }
}

#[test]
fn a_card_that_is_well_computes_all_of_it() {
    let (first, second) = blocks();
    for behind in [Second::None, Second::Failover, Second::Dual] {
        let node = Node::new(behind);
        node.take(first);
        node.take(second);
        let seen = node.metrics.snapshot();
        let card = seen.backends.iter().find(|b| b.backend == "faulty").unwrap();
        assert_eq!((card.models, card.handed_on, card.inputs), (1, 0, 9));
        assert_eq!((seen.failovers.len(), seen.left_alone), (0, None));
        assert_eq!(seen.compared, if behind == Second::Dual { 9 } else { 0 });
    }
}

#[track_caller]
fn assert_stops(chain: &Chain, block: &Executed, words: &[&str]) {
    let head = chain.head();
    let check = |error: Error| match error {
        Error::Node(reason) => {
            let model = model().id().to_string();
            for word in words.iter().chain([&&*model]) {
                assert!(reason.contains(word), "no {word:?} in {reason:?}");
            }
        }
        other => panic!("{other:?}"),
    };
    check(chain.execute(block.block.clone()).unwrap_err());
    assert_eq!(chain.head(), head, "nothing was committed");
}

#[test]
fn alone_a_fault_stops_the_node_and_changes_nothing() {
    let (first, second) = blocks();
    for &(trouble, after, fault) in FAULTS {
        let node = Node::new(Second::None);
        node.take(first);
        node.troubles.bring(trouble, after);
        assert_stops(&node.chain, second, &["backend faulty: ", "injected"]);
        // A fault that has passed leaves nothing behind; a card that is gone is gone.
        if matches!(fault, Fault::Lost | Fault::TimeOut) {
            assert_stops(&node.chain, second, &["backend faulty: ", "injected"]);
        } else {
            node.take(second);
            assert_eq!(node.chain.head().hash, second.hash);
        }
    }
}

/// The convolution is node 0 of the model; its result has 108 words, and the bit that is turned is in the last.
#[test]
fn a_wrong_bit_stops_two_that_watch_each_other() {
    let (first, second) = blocks();
    let node = Node::new(Second::Dual);
    node.take(first);
    node.troubles.bring(Trouble::Wrong(Kernel::Conv2d), 1);
    let words = ["faulty and cpu differ", "node 0 (Conv2d), word 107: "];
    assert_stops(&node.chain, second, &words);
    assert_stops(&node.chain, second, &words);
    let built = node.chain.build(&attributes(2), &calls());
    assert!(matches!(built, Err(Error::Node(_))), "{built:?}");
}

/// What no failover can see, and why there is a self-test and a dual: it is another block, which the others refuse.
#[test]
fn a_wrong_bit_alone_makes_a_block_that_is_refused() {
    let (first, second) = blocks();
    let node = Node::new(Second::Failover);
    node.take(first);
    node.troubles.bring(Trouble::Wrong(Kernel::Conv2d), 0);
    match node.chain.execute(second.block.clone()) {
        Err(Error::Invalid(_)) => {}
        other => panic!("{other:?}"),
    }
}
