//! Blocks full of one expensive thing each, as those who set gas prices measure them: three transactions
//! with as much gas as one may have (EIP-7825).

use super::{
    Send, Workload,
    asm::{CHECK, COPY_CALLDATA, COUNTER, call_precompile, count, repeat},
    person,
};
use crate::{Chain, World, world::TX_GAS};
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use revm::bytecode::opcode as op;

const TRANSACTIONS: u64 = 3;
const CONTRACT: Address = Address::repeat_byte(0xcc);
/// How far apart the transactions count, each on fresh ground.
const STRIDE: u64 = 1 << 20;

/// Where a transaction's counter starts: above all precompiles' addresses.
const fn start(transaction: u64) -> u64 {
    (transaction + 1) * STRIDE
}

fn block(name: &'static str, mut world: World, code: Vec<u8>, input: impl Fn(u64) -> Bytes) -> Workload {
    world.code(CONTRACT, code);
    world.fund(person(0));
    let send = |nonce| {
        let input = input(nonce);
        Send { from: person(0), nonce, to: CONTRACT, value: 0, input, gas: TX_GAS }.sign()
    };
    Workload { name, world, transactions: (0..TRANSACTIONS).map(send).collect() }
}

/// A block whose transactions count, on a state that `fill` makes for each number they may reach.
fn counting(name: &'static str, body: &[u8], gas: u64, fill: impl Fn(&mut World, U256, Address)) -> Workload {
    let mut world = World::default();
    for number in (0..TRANSACTIONS).flat_map(|n| start(n)..start(n) + TX_GAS / gas) {
        fill(&mut world, U256::from(number), Address::from_word(B256::from(U256::from(number))));
    }
    let code = repeat(&COUNTER, &count(body), u32::try_from(32 * gas).unwrap());
    block(name, world, code, |n| U256::from(start(n)).to_be_bytes_vec().into())
}

pub fn sload(_: &Chain) -> Workload {
    counting("SLOAD, cold", &[op::DUP1, op::SLOAD, op::POP], 2100, |world, number, _| {
        world.slot(CONTRACT, number, U256::ONE);
    })
}

pub fn sstore(_: &Chain) -> Workload {
    counting("SSTORE, changed", &[op::DUP1, op::DUP1, op::SSTORE], 5000, |world, number, _| {
        world.slot(CONTRACT, number, U256::ONE);
    })
}

pub fn sstore_new(_: &Chain) -> Workload {
    counting("SSTORE, new", &[op::DUP1, op::DUP1, op::SSTORE], 22_100, |_, _, _| ())
}

pub fn balance(_: &Chain) -> Workload {
    counting("BALANCE, cold", &[op::DUP1, op::BALANCE, op::POP], 2600, |world, _, at| world.fund(at))
}

pub fn extcodesize(_: &Chain) -> Workload {
    counting("EXTCODESIZE, cold", &[op::DUP1, op::EXTCODESIZE, op::POP], 2600, |world, number, at| {
        world.code(at, [&[0x5b; 100], &number.to_be_bytes::<32>()[..]].concat());
    })
}

pub fn call_empty(_: &Chain) -> Workload {
    let call = [op::PUSH0; 5].into_iter().chain([op::DUP6, op::PUSH0, op::CALL, op::POP]);
    counting("CALL, accounts that are not", &call.collect::<Vec<_>>(), 2600, |_, _, _| ())
}

pub fn calldata(_: &Chain) -> Workload {
    // 40 gas a byte other than zero (EIP-7623).
    let input = Bytes::from(vec![0xff; (TX_GAS as usize - 21_000) / 40]);
    block("calldata", World::default(), vec![op::STOP], |_| input.clone())
}

pub fn keccak(_: &Chain) -> Workload {
    let setup = [op::PUSH1, 1, op::PUSH3, 1, 0xff, 0xff, op::MSTORE8];
    let body = [op::PUSH3, 2, 0, 0, op::PUSH0, op::KECCAK256, op::POP];
    block("KECCAK256 of 128 KiB", World::default(), repeat(&setup, &body, 30_000), |_| Bytes::new())
}

pub fn jumpdest(_: &Chain) -> Workload {
    let code = repeat(&[], &[op::JUMPDEST; 24_000], 30_000);
    block("JUMPDEST", World::default(), code, |_| Bytes::new())
}

pub fn mulmod(_: &Chain) -> Workload {
    let mut body = vec![op::PUSH32];
    // 2^256 - 189 is a prime.
    body.extend((U256::MAX - U256::from(188)).to_be_bytes::<32>());
    body.extend([op::DUP2, op::DUP1, op::MULMOD, op::SWAP1, op::POP]);
    block("MULMOD", World::default(), repeat(&[op::PUSH1, 3], &body.repeat(100), 3000), |_| Bytes::new())
}

pub fn create_large(_: &Chain) -> Workload {
    // Init code that returns 24,576 bytes of memory: PUSH2 6000 PUSH0 RETURN.
    let setup = [op::PUSH5, 0x61, 0x60, 0x00, 0x5f, 0xf3, op::PUSH0, op::MSTORE];
    let body = [&[op::PUSH1, 5, op::PUSH1, 27, op::PUSH0, op::CREATE][..], &CHECK].concat();
    block("CREATE of 24 KiB", World::default(), repeat(&setup, &body, 5_200_000), |_| Bytes::new())
}

pub fn create_many(_: &Chain) -> Workload {
    let body = [&[op::CALLDATASIZE, op::PUSH0, op::PUSH0, op::CREATE][..], &CHECK].concat();
    let init: Bytes = std::iter::once(op::STOP).chain([op::JUMPDEST; 49_151]).collect();
    let code = repeat(&COPY_CALLDATA, &body, 100_000);
    block("CREATE from 48 KiB", World::default(), code, |_| init.clone())
}

fn precompile(name: &'static str, address: u8, gas: u32, input: Vec<u8>) -> Workload {
    let code = repeat(&COPY_CALLDATA, &call_precompile(address), 2 * gas);
    let input = Bytes::from(input);
    block(name, World::default(), code, |_| input.clone())
}

pub fn ecrecover(_: &Chain) -> Workload {
    let [hash, v] = [
        hex!("456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3"),
        hex!("000000000000000000000000000000000000000000000000000000000000001c"),
    ];
    let [r, s] = [
        hex!("9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608"),
        hex!("4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada"),
    ];
    precompile("ecrecover", 1, 3000, [hash, v, r, s].concat())
}

fn modexp(len: usize) -> Vec<u8> {
    let lens = [len, 32, len].map(|len| U256::from(len).to_be_bytes::<32>()).concat();
    [lens, vec![0xfe; len], vec![0xff; 32], vec![0xfd; len]].concat()
}

pub fn modexp_short(_: &Chain) -> Workload {
    precompile("MODEXP of 32 bytes", 5, 4080, modexp(32))
}

pub fn modexp_long(_: &Chain) -> Workload {
    precompile("MODEXP of 256 bytes", 5, 522_240, modexp(256))
}

pub fn pairing(_: &Chain) -> Workload {
    // e(P, Q) e(-P, Q) = 1 for the generators P and Q (EIP-197).
    let [x, y, minus_y] = [
        hex!("0000000000000000000000000000000000000000000000000000000000000001"),
        hex!("0000000000000000000000000000000000000000000000000000000000000002"),
        hex!("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45"),
    ];
    let q = [
        hex!("198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"),
        hex!("1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"),
        hex!("090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"),
        hex!("12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"),
    ]
    .concat();
    let input = [&x[..], &y, &q, &x, &minus_y, &q].concat();
    precompile("pairing on bn254", 8, 113_000, input)
}

pub fn point_evaluation(_: &Chain) -> Workload {
    // The zero polynomial: its commitment and every proof are the point at infinity (EIP-4844).
    let hash = hex!("010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014");
    let infinity = [&[0xc0][..], &[0; 47]].concat();
    let z = [7; 32];
    precompile("point evaluation", 10, 50_000, [&hash[..], &z, &[0; 32], &infinity, &infinity].concat())
}
