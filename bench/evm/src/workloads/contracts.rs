//! Blocks of calls of Solidity contracts.

use super::{Send, Workload, person};
use crate::{
    Chain, World,
    world::{TX_GAS, mapping, nested},
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, sol};

sol!(Token, "../../precompiles/solidity/out/Token.json");
sol!(Pair, "../../precompiles/solidity/out/Pair.json");
sol!(Router, "../../precompiles/solidity/out/Router.json");
sol!(RayTracer, "../../precompiles/solidity/out/RayTracer.json");

const TOKENS: [Address; 3] =
    [Address::repeat_byte(0xa1), Address::repeat_byte(0xa2), Address::repeat_byte(0xa3)];
const PAIRS: [Address; 2] = [Address::repeat_byte(0xb1), Address::repeat_byte(0xb2)];
const ROUTER: Address = Address::repeat_byte(0xc1);
const TRACER: Address = Address::repeat_byte(0xc2);
/// What everybody has of every token, and a thousandth of what a pair has.
const TOKEN_UNITS: u64 = 1 << 50;

fn token(chain: &Chain, world: &mut World, at: Address, holders: u64) {
    world.deploy(chain, at, &Token::BYTECODE);
    (0..holders).for_each(|n| world.slot(at, mapping(0, person(n)), U256::from(TOKEN_UNITS)));
}

fn call(n: u64, senders: u64, to: Address, input: impl SolCall, gas: u64) -> Send {
    let (from, nonce) = (person(n % senders), n / senders);
    Send { from, nonce, to, value: 0, input: input.abi_encode().into(), gas }
}

/// Token transfers: half of the recipients have some already.
pub fn erc20(chain: &Chain) -> Workload {
    const PEOPLE: u64 = 1000;
    let mut world = World::default();
    token(chain, &mut world, TOKENS[0], PEOPLE);
    (0..PEOPLE).for_each(|n| world.fund(person(n)));
    let send = |n| {
        let to = person((n * 7) % (2 * PEOPLE));
        call(n, PEOPLE, TOKENS[0], Token::transferCall { to, value: U256::ONE }, 100_000).sign()
    };
    Workload { name: "ERC-20 transfers", world, transactions: (0..1000).map(send).collect() }
}

/// Of ten transactions three swaps in one pair, two through two pairs, three token and two plain transfers.
pub fn exchange(chain: &Chain) -> Workload {
    const PEOPLE: u64 = 200;
    let mut world = World::default();
    for at in TOKENS {
        token(chain, &mut world, at, PEOPLE);
        (0..PEOPLE).for_each(|n| {
            let allowance = nested(mapping(1, person(n)), ROUTER);
            world.slot(at, allowance, if n % 2 == 0 { U256::MAX } else { U256::from(TOKEN_UNITS) });
        });
    }
    world.deploy(chain, ROUTER, &Router::BYTECODE);
    for (pair, ends) in PAIRS.into_iter().zip(TOKENS.windows(2)) {
        world.deploy(chain, pair, &Pair::BYTECODE);
        for (slot, token) in (0u64..).zip(ends) {
            world.slot(pair, U256::from(slot), token.into_word().into());
            world.slot(*token, mapping(0, pair), U256::from(TOKEN_UNITS) * U256::from(1000));
        }
        // Two reserves of 112 bits and the time of the last change in one word.
        let reserve = U256::from(TOKEN_UNITS) * U256::from(1000);
        world.slot(pair, U256::from(2), reserve | (reserve << 112usize));
    }
    (0..PEOPLE).for_each(|n| world.fund(person(n)));
    let swap = |token, pairs: &[Address]| Router::swapCall {
        token,
        amount: U256::from(1_000_000),
        least: U256::from(900_000),
        pairs: pairs.to_vec(),
    };
    let send = |n| {
        let call = |to, input| call(n, PEOPLE, to, input, 500_000);
        match n % 10 {
            0 | 1 => call(ROUTER, swap(TOKENS[0], &PAIRS[..1])),
            2 => call(ROUTER, swap(TOKENS[2], &PAIRS[1..])),
            3 => call(ROUTER, swap(TOKENS[0], &PAIRS)),
            4 => call(ROUTER, swap(TOKENS[2], &[PAIRS[1], PAIRS[0]])),
            rest => return other(n, rest, PEOPLE),
        }
        .sign()
    };
    Workload { name: "exchange mix", world, transactions: (0..600).map(send).collect() }
}

fn other(
    n: u64,
    kind: u64,
    people: u64,
) -> alloy_consensus::transaction::Recovered<alloy_consensus::TxEnvelope> {
    let to = person((n * 7) % people);
    if kind < 8 {
        call(n, people, TOKENS[1], Token::transferCall { to, value: U256::ONE }, 100_000).sign()
    } else {
        let (from, nonce) = (person(n % people), n / people);
        Send { from, nonce, to, value: 1, input: Bytes::new(), gas: 21_000 }.sign()
    }
}

/// Fixed-point arithmetic and memory, no state.
pub fn ray_tracer(chain: &Chain) -> Workload {
    let mut world = World::default();
    world.deploy(chain, TRACER, &RayTracer::BYTECODE);
    world.fund(person(0));
    let picture = || RayTracer::renderCall { width: U256::from(26), height: U256::from(20) };
    let transactions = (0..3).map(|n| call(n, 1, TRACER, picture(), TX_GAS).sign()).collect();
    Workload { name: "ray tracer", world, transactions }
}
