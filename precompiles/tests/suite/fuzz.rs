//! Calldata of every kind: no panic, no fatal error, no gas above the limit. Seconds to run it are in
//! `ISOCORTEX_FUZZ_SECONDS`, 3 if that is not set; the seed is fixed, so more seconds see more.

use crate::{
    models::{relu, successor, wide},
    world::{BOB, End, World},
};
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use isocortex_precompiles::{
    INFERENCE_ADDRESS, PACKED_ADDRESS, REGISTRY_ADDRESS,
    abi::{
        IInference::{inferBatchCall, inferCall},
        IModelRegistry::{infoCall, putChunkCall, registerCall, retireCall, setRoyaltyCall},
    },
};
use revm::context::JournalTr;
use std::time::{Duration, Instant};

/// xorshift64*
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

fn mutate(data: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(data.len());
    match random.below(8) {
        0 => data.truncate(at),
        1 => data.extend(std::iter::repeat_n(random.next() as u8, random.below(70))),
        2 | 3 if !data.is_empty() => data[at] = random.next() as u8,
        4 if !data.is_empty() => data[at] ^= 1 << random.below(8),
        // A word: zero, small, huge, or another word of the same call.
        5 | 6 if data.len() >= 36 => {
            let words = (data.len() - 4) / 32;
            let (to, from) = (4 + 32 * random.below(words), 4 + 32 * random.below(words));
            match random.below(4) {
                0 => data[to..to + 32].fill(0),
                1 => data[to..to + 32].fill(0xff),
                2 => {
                    data[to..to + 31].fill(0);
                    data[to + 31] = 32 * random.below(8) as u8;
                }
                _ => data.copy_within(from..from + 32, to),
            }
        }
        7 => data.insert(at, random.next() as u8),
        _ => {}
    }
}

#[test]
fn any_calldata_is_a_result_or_the_callers_fault() {
    let seconds = std::env::var("ISOCORTEX_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(3);
    let mut world = World::new();
    let (relu, _) = world.publish(&relu());
    let (successor, _) = world.publish(&successor());
    world.set_royalty(successor, 9).gas();
    let wide = world.upload(&wide());
    world.commit();

    let header = crate::models::wide().header().to_bytes();
    let inputs = |n: usize| (0..n).map(|i| Bytes::from(vec![i as u8; 4])).collect();
    let seeds: Vec<(Address, Vec<u8>)> = vec![
        (REGISTRY_ADDRESS, putChunkCall { data: vec![1; 70].into() }.abi_encode()),
        (REGISTRY_ADDRESS, putChunkCall { data: header.clone().into() }.abi_encode()),
        (REGISTRY_ADDRESS, registerCall { model: wide }.abi_encode()),
        (REGISTRY_ADDRESS, infoCall { model: relu }.abi_encode()),
        (REGISTRY_ADDRESS, setRoyaltyCall { model: relu, gas: 3 }.abi_encode()),
        (REGISTRY_ADDRESS, retireCall { model: relu }.abi_encode()),
        (INFERENCE_ADDRESS, inferCall { model: relu, input: vec![1; 4].into() }.abi_encode()),
        (INFERENCE_ADDRESS, inferBatchCall { model: successor, inputs: inputs(5) }.abi_encode()),
        (INFERENCE_ADDRESS, inferBatchCall { model: relu, inputs: inputs(0) }.abi_encode()),
        (PACKED_ADDRESS, [&successor[..], &[1; 4]].concat()),
    ];

    let mut random = Random(0x1505_c02e_7e57_5eed);
    let (start, mut runs, mut ended) = (Instant::now(), 0u64, [0u64; 3]);
    while start.elapsed() < Duration::from_secs(seconds) {
        let checkpoint = world.journal.checkpoint();
        for _ in 0..50 {
            let (address, mut data) = seeds[random.below(seeds.len())].clone();
            for _ in 0..random.below(4) {
                mutate(&mut data, &mut random);
            }
            world.is_static = random.below(8) == 0;
            world.value = u64::from(random.below(16) == 0);
            world.target = (random.below(16) == 0).then_some(BOB);
            let gas = if random.below(4) == 0 { random.next() % 200_000 } else { 1 << 30 };
            // Sometimes a header that is broken, and registered.
            let end = if random.below(10) == 0 {
                let mut header = header.clone();
                (0..=random.below(3)).for_each(|_| mutate(&mut header, &mut random));
                let put = putChunkCall { data: header.clone().into() };
                world.raw(REGISTRY_ADDRESS, &put.abi_encode(), 1 << 30);
                let model = alloy_primitives::keccak256(&header);
                world.raw(REGISTRY_ADDRESS, &registerCall { model }.abi_encode(), gas)
            } else {
                world.raw(address, &data, gas)
            };
            let kind = match end {
                End::Success(..) => 0,
                End::Revert(..) => 1,
                End::OutOfGas => 2,
                End::Fatal(reason) => panic!("{reason} from {address} {}", Bytes::from(data)),
            };
            ended[kind] += 1;
            runs += 1;
        }
        world.journal.checkpoint_revert(checkpoint);
        world.calls();
    }
    let [success, revert, out_of_gas] = ended;
    println!("{runs} calls: {success} succeeded, {revert} reverted, {out_of_gas} ran out of gas");
    assert!(ended.iter().all(|&n| n > 0), "each kind must be met");
}
