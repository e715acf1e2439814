//! A real model on the real precompiles: published, registered and called in blocks.

use crate::chain::{ALICE, BOB, CONTRACT, header, mstore, push, ret, state, tx, tx_with, vm_of, with_stack};
use alloy_consensus::{TxEnvelope, transaction::Recovered};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolCall;
use isocortex_inference::{Backend, Fault, Loaded, Place, Reference};
use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, TensorType, ops::Clamp};
use isocortex_precompiles::{
    INFERENCE_ADDRESS, REGISTRY_ADDRESS,
    abi::{IInference, IModelRegistry},
};
use isocortex_vm::{
    BlockOutput, CallRequest, Engine, Error, Outcome, Pushed, Vm,
    opcodes::{DOOR, INFER, INFERARRAY},
};
use revm::{bytecode::opcode as op, database::InMemoryDB};
use std::sync::Arc;

/// Four bytes in, their positive part out.
fn relu() -> Artifact {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[4]), quant }],
        vec![],
        vec![Node { operands: vec![0], op: Op::Clamp(Clamp { lo: 0, hi: 127 }) }],
        vec![Output { name: "y".into(), value: 1, quant }],
        Default::default(),
    )
}

fn engine() -> Engine {
    Engine::new(Arc::new(Reference), 1 << 20)
}

fn put_chunk(nonce: u64) -> Recovered<TxEnvelope> {
    let call = IModelRegistry::putChunkCall { data: relu().header().to_bytes().into() };
    tx_with(nonce, REGISTRY_ADDRESS, 0, 1_000_000, call.abi_encode().into())
}

fn register(nonce: u64) -> Recovered<TxEnvelope> {
    let call = IModelRegistry::registerCall { model: relu().id() };
    tx_with(nonce, REGISTRY_ADDRESS, 0, 1_000_000, call.abi_encode().into())
}

fn infer_calldata(input: &[u8]) -> Bytes {
    IInference::inferCall { model: relu().id(), input: Bytes::copy_from_slice(input) }.abi_encode().into()
}

/// INFER on the first four bytes of calldata; returns the success flag and the return data.
fn infer_code() -> Vec<u8> {
    let n = U256::from::<u64>;
    let model = U256::from_be_bytes(relu().id().0);
    let mut code = with_stack(&[n(0), n(0), n(4)], &[op::CALLDATACOPY]);
    code.extend(with_stack(&[model, n(0), n(4), n(0), n(0)], &[INFER]));
    code.extend(mstore(0));
    code.push(op::RETURNDATASIZE);
    code.extend(with_stack(&[n(32), n(0)], &[op::RETURNDATACOPY]));
    code.extend(push(n(32)));
    code.extend([op::RETURNDATASIZE, op::ADD, op::PUSH0, op::RETURN]);
    code
}

/// The state after a block in which the model was published and registered.
fn with_model(vm: &Vm, code: Vec<u8>) -> InMemoryDB {
    let mut db = state(code);
    let output = vm.execute_block(&mut db, &header(), Some(&[]), &[put_chunk(0), register(1)]).unwrap();
    assert!(output.receipts.iter().all(|receipt| receipt.status()));
    apply(&mut db, &output);
    db
}

fn apply(db: &mut InMemoryDB, output: &BlockOutput) {
    for (address, account) in &output.bundle.state {
        let mut info = account.info.clone().unwrap();
        info.code = info.code.or_else(|| output.bundle.contracts.get(&info.code_hash).cloned());
        db.insert_account_info(*address, info);
        for (slot, value) in &account.storage {
            db.insert_account_storage(*address, *slot, value.present_value).unwrap();
        }
    }
}

fn call(vm: &Vm, db: &mut InMemoryDB, to: Address, data: Bytes) -> Outcome {
    vm.call(db, &header(), &CallRequest { to: Some(to), data, ..CallRequest::default() }).unwrap().outcome
}

fn output(outcome: Outcome) -> Bytes {
    match outcome {
        Outcome::Success { output, .. } => output,
        other => panic!("{other:?}"),
    }
}

fn reason(outcome: Outcome) -> String {
    match outcome {
        Outcome::Revert { reason: Some(reason), .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn published_registered_and_called_in_one_block() {
    let vm = vm_of(engine());
    let input = [5i8, -5, 127, -128].map(|x| x as u8);
    let txs = [
        put_chunk(0),
        register(1),
        tx_with(2, CONTRACT, 0, 200_000, Bytes::copy_from_slice(&input)),
        tx_with(3, INFERENCE_ADDRESS, 0, 200_000, infer_calldata(&input)),
        tx_with(4, DOOR, 0, 200_000, [&relu().id()[..], &input].concat().into()),
    ];
    let block = vm.execute_block(state(infer_code()), &header(), Some(&[]), &txs).unwrap();
    assert!(block.receipts.iter().all(|receipt| receipt.status()));
    assert_eq!(block.transcript.iter().map(|entry| entry.tx_index).collect::<Vec<_>>(), [2, 3, 4]);
    for entry in &block.transcript {
        assert_eq!((entry.call_index, entry.model), (0, relu().id()));
        assert_eq!((entry.input, entry.output), (keccak256(input), keccak256([5, 0, 127, 0])));
        assert_eq!(entry.gas, block.transcript[0].gas, "one price at every door");
    }
    assert_eq!(block.requests.len(), 1);
}

#[test]
fn every_door_gives_the_same_answer() {
    let vm = vm_of(engine());
    let n = U256::from::<u64>;
    let mut db = with_model(&vm, infer_code());
    let input = [1i8, -1, 2, -2].map(|x| x as u8);
    let want = [1, 0, 2, 0];

    let by_opcode = output(call(&vm, &mut db, CONTRACT, Bytes::copy_from_slice(&input)));
    assert_eq!((by_opcode[31], &by_opcode[32..]), (1, &want[..]));
    let by_abi = output(call(&vm, &mut db, INFERENCE_ADDRESS, infer_calldata(&input)));
    assert_eq!(IInference::inferCall::abi_decode_returns(&by_abi).unwrap()[..], want);
    let packed = output(call(&vm, &mut db, DOOR, [&relu().id()[..], &input].concat().into()));
    assert_eq!(packed[..], want);

    // The same bytes from storage: a `bytes` of 4 in slot 0.
    let model = U256::from_be_bytes(relu().id().0);
    let code = [with_stack(&[model, n(0), n(0), n(4)], &[INFERARRAY, op::POP]), ret(4)].concat();
    let mut db = with_model(&vm, code);
    let mut word = [0; 32];
    word[..4].copy_from_slice(&input);
    word[31] = 8;
    db.insert_account_storage(CONTRACT, n(0), U256::from_be_bytes(word)).unwrap();
    assert_eq!(output(call(&vm, &mut db, CONTRACT, Bytes::new()))[..], want);
}

#[test]
fn callers_faults_have_reasons() {
    let vm = vm_of(engine());
    let mut db = with_model(&vm, infer_code());
    let mut reverts = |to, data: Bytes| reason(call(&vm, &mut db, to, data));
    assert_eq!(reverts(INFERENCE_ADDRESS, infer_calldata(&[0; 5])), "input 0 has 5 bytes, the model takes 4");
    let unknown = IInference::inferCall { model: B256::ZERO, input: Bytes::new() }.abi_encode();
    assert_eq!(reverts(INFERENCE_ADDRESS, unknown.into()), format!("unknown model {}", B256::ZERO));
    let again = IModelRegistry::registerCall { model: relu().id() }.abi_encode();
    assert_eq!(
        reverts(REGISTRY_ADDRESS, again.into()),
        format!("model {} is registered already", relu().id())
    );
    let royalty = IModelRegistry::setRoyaltyCall { model: relu().id(), gas: 1 }.abi_encode();
    assert_eq!(reverts(REGISTRY_ADDRESS, royalty.into()), format!("only the author may, {ALICE}"));
    assert!(reverts(INFERENCE_ADDRESS, Bytes::new()).contains("calldata"));
}

#[test]
fn the_doors_refuse_delegatecall_and_callcode() {
    let vm = vm_of(engine());
    let n = U256::from::<u64>;
    for door in [REGISTRY_ADDRESS, INFERENCE_ADDRESS, DOOR] {
        let door = U256::from_be_slice(door.as_slice());
        let delegatecall = [n(1_000_000), door, n(0), n(36), n(0), n(0)];
        let callcode = [n(1_000_000), door, n(0), n(0), n(36), n(0), n(0)];
        for (stack, opcode) in [(&delegatecall[..], op::DELEGATECALL), (&callcode[..], op::CALLCODE)] {
            let mut code = with_stack(stack, &[opcode, op::POP]);
            code.extend([op::RETURNDATASIZE, op::PUSH0, op::PUSH0, op::RETURNDATACOPY]);
            code.extend([op::RETURNDATASIZE, op::PUSH0, op::REVERT]);
            let mut db = with_model(&vm, code);
            let reason = reason(call(&vm, &mut db, CONTRACT, Bytes::new()));
            assert_eq!(reason, "called by DELEGATECALL or CALLCODE");
        }
    }
}

/// A backend whose device is gone, from loading or from running on.
struct Gone {
    loads: bool,
}

struct GoneModel(Arc<Model>);

fn gone() -> isocortex_inference::Error {
    let (fault, reason) = (Fault::Lost, "the device fell off the bus".into());
    isocortex_inference::Error::Device { backend: "gone", fault, reason }
}

impl Backend for Gone {
    fn name(&self) -> &'static str {
        "gone"
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, isocortex_inference::Error> {
        if self.loads { Ok(Box::new(GoneModel(model))) } else { Err(gone()) }
    }
}

impl Loaded for GoneModel {
    fn model(&self) -> &Model {
        &self.0
    }

    fn place(&self) -> Place {
        "gone".into()
    }

    fn run(&self, _: &[&[u8]]) -> Result<Vec<Vec<u8>>, isocortex_inference::Error> {
        Err(gone())
    }

    fn trace(&self, _: &[u8]) -> Result<Vec<isocortex_inference::OpDigest>, isocortex_inference::Error> {
        Err(gone())
    }
}

#[test]
fn a_backend_without_its_device_is_the_nodes_fault() {
    let healthy = vm_of(engine());
    let mut db = with_model(&healthy, infer_code());
    for loads in [false, true] {
        let vm = vm_of(Engine::new(Arc::new(Gone { loads }), 1 << 20));
        let check = |error: Error| match error {
            Error::Node(fault) => assert!(fault.to_string().contains("fell off the bus"), "{fault}"),
            other => panic!("{other}"),
        };
        for (to, data) in [(CONTRACT, Bytes::new()), (INFERENCE_ADDRESS, infer_calldata(&[0; 4]))] {
            let request = CallRequest { to: Some(to), data: data.clone(), ..CallRequest::default() };
            check(vm.call(&mut db, &header(), &request).unwrap_err());
            let bad = tx_with(3, to, 0, 200_000, data);
            let txs = [tx(2, BOB, 1, 21_000), bad.clone()];
            check(vm.execute_block(&mut db, &header(), Some(&[]), &txs).unwrap_err());
            let mut block = vm.build_block(&mut db, &header(), Some(&[])).unwrap();
            assert!(matches!(block.push(&tx(2, BOB, 1, 21_000)).unwrap(), Pushed::Included(_)));
            check(block.push(&bad).unwrap_err());
            check(block.finish().unwrap_err());
        }
        // What needs no inference still works, and so does the healthy node on the same state.
        assert!(call(&vm, &mut db, BOB, Bytes::new()).is_success());
        assert!(call(&healthy, &mut db, CONTRACT, Bytes::new()).is_success());
    }
}
