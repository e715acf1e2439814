//! Blocks of plain transfers.

use super::{Send, Workload, person};
use crate::{Chain, World};
use alloy_primitives::Bytes;

const TRANSFERS: u64 = 2000;

fn transfers(name: &'static str, senders: u64) -> Workload {
    let mut world = World::default();
    (0..2 * senders).for_each(|n| world.fund(person(n)));
    let send = |n| {
        let (from, nonce) = (person(n % senders), n / senders);
        let to = person(senders + (n * 7) % senders);
        Send { from, nonce, to, value: 1, input: Bytes::new(), gas: 21_000 }.sign()
    };
    Workload { name, world, transactions: (0..TRANSFERS).map(send).collect() }
}

/// Every transaction between two accounts that no other one touches.
pub fn cold(_: &Chain) -> Workload {
    // 7 has no factor in common with the number, so no recipient comes twice.
    transfers("transfers, 4,000 accounts", TRANSFERS)
}

/// Always the same few accounts.
pub fn warm(_: &Chain) -> Workload {
    transfers("transfers, 20 accounts", 10)
}
