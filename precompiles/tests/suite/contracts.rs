//! Solidity contracts in a whole EVM.

use crate::{
    broken::{Broken, Trouble},
    models::{relu, successor},
    world::{ALICE, BASE_FEE, BOB, PLENTY},
};
use alloy_evm::{Evm, eth::EthEvm, precompiles::PrecompilesMap};
use alloy_primitives::{Address, B256, Bytes, I256, TxKind, U256, keccak256};
use alloy_sol_types::{SolCall, SolConstructor, SolError, SolEvent, sol};
use isocortex_inference::Reference;
use isocortex_precompiles::{
    Engine, GasSchedule, INFERENCE_ADDRESS, REGISTRY_ADDRESS, Transcript,
    abi::{
        Classifier,
        IInference::{self, inferCall},
        IModelRegistry::{self, putChunkCall, registerCall, setRoyaltyCall},
    },
    chunk_address, install,
};
use revm::{
    Context, MainBuilder, MainContext,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        result::{EVMError, ExecutionResult, Output},
    },
    database::InMemoryDB,
    inspector::NoOpInspector,
    precompile::Precompiles,
    primitives::hardfork::SpecId,
    state::AccountInfo,
};
use std::sync::Arc;

sol!(Probe, "solidity/out/Probe.json");

/// A chain of one-transaction blocks, with Alice's and Bob's money.
struct Chain {
    evm: EthEvm<InMemoryDB, NoOpInspector, PrecompilesMap>,
    sender: Address,
    value: u64,
}

/// EIP-7825's bound.
const GAS_LIMIT: u64 = 1 << 24;
const MONEY: u64 = 10u64.pow(18);

impl Chain {
    fn new() -> Self {
        Self::with(Arc::default())
    }

    fn with(engine: Arc<Engine>) -> Self {
        let mut map = PrecompilesMap::from_static(Precompiles::latest());
        install(&mut map, engine, GasSchedule::default(), Transcript::default());
        let mut db = InMemoryDB::default();
        for address in [ALICE, BOB] {
            db.insert_account_info(address, AccountInfo::from_balance(U256::from(MONEY)));
        }
        let mut cfg = CfgEnv::new_with_spec(SpecId::OSAKA);
        cfg.disable_nonce_check = true;
        let block =
            BlockEnv { number: U256::from(11), basefee: BASE_FEE, gas_limit: PLENTY, ..BlockEnv::default() };
        let evm = Context::mainnet().with_cfg(cfg).with_block(block).with_db(db);
        let evm = evm.build_mainnet_with_inspector(NoOpInspector).with_precompiles(map);
        Self { evm: EthEvm::new(evm, false), sender: ALICE, value: 0 }
    }

    fn try_send(&mut self, kind: TxKind, data: Vec<u8>) -> Result<ExecutionResult, String> {
        let nonce = self.nonce(self.sender);
        let tx = TxEnv {
            caller: self.sender,
            kind,
            data: data.into(),
            gas_limit: GAS_LIMIT,
            gas_price: BASE_FEE.into(),
            value: U256::from(self.value),
            nonce,
            ..TxEnv::default()
        };
        match self.evm.transact_commit(tx) {
            Ok(result) => Ok(result),
            Err(EVMError::Custom(reason)) => Err(reason),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn nonce(&self, address: Address) -> u64 {
        self.evm.components().0.cache.accounts[&address].info.nonce
    }

    fn balance(&self, address: Address) -> U256 {
        self.evm.components().0.cache.accounts[&address].info.balance
    }

    fn deploy(&mut self, code: Vec<u8>) -> Address {
        match self.try_send(TxKind::Create, code).unwrap() {
            ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => address,
            other => panic!("{other:?}"),
        }
    }

    fn probe(&mut self) -> Address {
        self.deploy(Probe::BYTECODE.to_vec())
    }

    fn result(&mut self, to: Address, call: &impl SolCall) -> ExecutionResult {
        self.try_send(TxKind::Call(to), call.abi_encode()).unwrap()
    }

    fn send<C: SolCall>(&mut self, to: Address, call: &C) -> C::Return {
        let result = self.result(to, call);
        assert!(result.is_success(), "{result:?}");
        C::abi_decode_returns(result.output().unwrap()).unwrap()
    }

    fn publish(&mut self, artifact: &isocortex_model::Artifact) -> B256 {
        let model = self.upload(artifact);
        self.send(REGISTRY_ADDRESS, &registerCall { model });
        model
    }

    fn upload(&mut self, artifact: &isocortex_model::Artifact) -> B256 {
        let header = artifact.header().to_bytes();
        for chunk in artifact.chunks().chain([&header[..]]) {
            self.send(REGISTRY_ADDRESS, &putChunkCall { data: chunk.to_vec().into() });
        }
        artifact.id()
    }
}

#[test]
fn a_full_chunk_fits_one_transaction() {
    let data: Bytes = (0..65_536u32).map(|i| (i % 251) as u8 | 1).collect::<Vec<u8>>().into();
    let mut chain = Chain::new();
    let result = chain.result(REGISTRY_ADDRESS, &putChunkCall { data: data.clone() });
    assert!(result.is_success(), "{result:?}");
    // As gas.rs adds it up, less 12 gas for each zero byte in the words of offset and length.
    assert_eq!(result.tx_gas_used(), 14_231_235 - 12 * 62);
    assert_eq!(chain.send(REGISTRY_ADDRESS, &putChunkCall { data: data.clone() }), keccak256(&data));
}

#[test]
fn the_classifier_answers_and_remembers() {
    let mut chain = Chain::new();
    let model = chain.publish(&successor());
    let constructor = Classifier::constructorCall { model_: model, width_: U256::ONE };
    let contract = chain.deploy([&Classifier::BYTECODE[..], &constructor.abi_encode()].concat());
    assert_eq!(chain.send(contract, &Classifier::modelCall {}), model);

    // A pixel p is the element p − 128; the model adds one.
    let pixels = |p: [u8; 4]| Bytes::copy_from_slice(&p);
    let logits = [0x81u8, 0x49, 0x81, 0x38];
    chain.sender = BOB;
    let result = chain.result(contract, &Classifier::classifyCall { pixels: pixels([0, 200, 0, 183]) });
    let answer = Classifier::classifyCall::abi_decode_returns(result.output().unwrap()).unwrap();
    assert_eq!((answer.id, answer.prediction), (U256::ZERO, U256::ONE));
    let event = Classifier::Classified::decode_log(&result.logs()[0]).unwrap();
    assert_eq!((event.id, event.sender, event.prediction), (U256::ZERO, BOB, U256::ONE));
    assert_eq!(event.logits[..], logits);
    let second = chain.send(contract, &Classifier::classifyCall { pixels: pixels([9, 9, 9, 9]) });
    assert_eq!((second.id, second.prediction), (U256::ONE, U256::ZERO), "the lowest of equals");

    let stored = chain.send(contract, &Classifier::answersCall(U256::ZERO));
    assert_eq!((stored.prediction, stored.blockNumber), (1, 11));
    assert_eq!(stored.logits[..], logits);
    let preview = chain.send(contract, &Classifier::previewCall { pixels: pixels([1, 2, 255, 254]) });
    assert_eq!((preview.prediction, &preview.logits[..]), (U256::from(2), &[0x82, 0x83, 0x7f, 0x7f][..]));
    assert_eq!(chain.send(contract, &Classifier::countCall {}), U256::from(2));

    // The precompile's error comes out as it is.
    let result = chain.result(contract, &Classifier::classifyCall { pixels: Bytes::from_static(&[1]) });
    let error = IInference::InputLength { index: U256::ZERO, expected: U256::from(4), actual: U256::ONE };
    assert_eq!(result.output().unwrap()[..], error.abi_encode());
    assert_eq!(chain.send(contract, &Classifier::countCall {}), U256::from(2));
}

#[test]
fn errors_can_be_caught() {
    let mut chain = Chain::new();
    let probe = chain.probe();
    let model = B256::repeat_byte(3);
    let caught = chain.send(probe, &Probe::tryInferCall { model, input: Bytes::new() });
    assert_eq!((caught.ok, caught.data.to_vec()), (false, IInference::UnknownModel { model }.abi_encode()));
    let caught = chain.send(probe, &Probe::tryRegisterCall { model });
    assert_eq!(
        (caught.ok, caught.data.to_vec()),
        (false, IModelRegistry::ChunkMissing { chunk: model }.abi_encode())
    );
    let bad = chain.send(REGISTRY_ADDRESS, &putChunkCall { data: b"not a header".into() });
    let caught = chain.send(probe, &Probe::tryRegisterCall { model: bad });
    assert!(
        IModelRegistry::BadModel::abi_decode(&caught.data)
            .unwrap()
            .reason
            .contains("not an Isocortex artifact")
    );
}

#[test]
fn kinds_of_calls() {
    let mut chain = Chain::new();
    let (probe, model) = (chain.probe(), chain.publish(&relu()));
    let infer = Bytes::from(inferCall { model, input: Bytes::from_static(&[1, 2, 3, 4]) }.abi_encode());
    let put = Bytes::from(putChunkCall { data: Bytes::from_static(&[1]) }.abi_encode());

    let result = chain.send(probe, &Probe::staticCallCall { target: INFERENCE_ADDRESS, data: infer.clone() });
    assert_eq!(inferCall::abi_decode_returns(&result.result).unwrap()[..], [1, 2, 3, 4]);
    let result = chain.send(probe, &Probe::staticCallCall { target: REGISTRY_ADDRESS, data: put.clone() });
    assert_eq!((result.ok, result.result.to_vec()), (false, IModelRegistry::StaticCall {}.abi_encode()));
    for (target, data) in [(INFERENCE_ADDRESS, infer.clone()), (REGISTRY_ADDRESS, put.clone())] {
        let result = chain.send(probe, &Probe::delegateCall { target, data: data.clone() });
        assert_eq!((result.ok, result.result.to_vec()), (false, IInference::DelegateCall {}.abi_encode()));
        let result = chain.send(probe, &Probe::payCall { target, data: data.clone() });
        assert!(result.ok);
        chain.value = 1;
        let result = chain.send(probe, &Probe::payCall { target, data });
        assert_eq!((result.ok, result.result.to_vec()), (false, IInference::NonPayable {}.abi_encode()));
        chain.value = 0;
    }
    assert_eq!(chain.balance(probe), U256::from(2), "refused ether stays with the caller");
}

#[test]
fn published_and_used_in_one_transaction() {
    let mut gas = vec![];
    for budget in [0, 1 << 20] {
        let mut chain = Chain::with(Arc::new(Engine::new(Arc::new(Reference), budget)));
        let (probe, model) = (chain.probe(), chain.upload(&successor()));
        let input = Bytes::from_static(&[7; 4]);
        // A reverted registration leaves nothing but its answer.
        let result = chain.result(probe, &Probe::registerAndRevertCall { model, input: input.clone() });
        gas.push(result.tx_gas_used());
        let output = result.output().unwrap();
        assert!(output.windows(4).any(|window| window == [8; 4]), "{output}");
        let caught = chain.send(probe, &Probe::tryInferCall { model, input: input.clone() });
        assert_eq!(caught.data.to_vec(), IInference::UnknownModel { model }.abi_encode());

        let result = chain.result(probe, &Probe::registerAndInferCall { model, input });
        gas.push(result.tx_gas_used());
        let output = Probe::registerAndInferCall::abi_decode_returns(result.output().unwrap()).unwrap();
        assert_eq!(output[..], [8; 4]);
        let info = chain.send(REGISTRY_ADDRESS, &IModelRegistry::infoCall { model });
        assert_eq!(info.author, probe);
    }
    assert_eq!(gas[..2], gas[2..], "in memory or not");
}

#[test]
fn a_chunk_is_as_cold_after_an_inference_as_before() {
    let (mut used, artifact) = (vec![], successor());
    for budget in [0, 1 << 20] {
        let mut chain = Chain::with(Arc::new(Engine::new(Arc::new(Reference), budget)));
        let (probe, model) = (chain.probe(), chain.publish(&artifact));
        for chunk in [model, keccak256(artifact.weights())] {
            let (input, account) = (Bytes::from_static(&[7; 4]), chunk_address(chunk));
            for _ in 0..2 {
                let call = Probe::accessAfterInferCall { model, input: input.clone(), account };
                used.push(chain.send(probe, &call).to::<u64>());
            }
        }
    }
    assert!(used.iter().all(|gas| *gas == used[0] && *gas >= 2600), "{used:?}");
}

#[test]
fn royalties_and_the_sum_of_all_ether() {
    let mut chain = Chain::new();
    let (probe, model) = (chain.probe(), chain.publish(&successor()));
    chain.send(REGISTRY_ADDRESS, &setRoyaltyCall { model, gas: 1_000_000 });
    let (author, input) = (chain.balance(ALICE), Bytes::from_static(&[7; 4]));
    chain.sender = BOB;
    let before = chain.balance(BOB);
    // In a `view` function, at depth.
    let result = chain.result(probe, &Probe::tryInferCall { model, input: input.clone() });
    let royalty = U256::from(1_000_000 * BASE_FEE * 4 / 5);
    assert_eq!(chain.balance(ALICE), author + royalty);
    let fee = U256::from(result.tx_gas_used() * BASE_FEE);
    assert_eq!(chain.balance(BOB), before - fee);
    assert!(royalty < fee, "paid out of what is burnt");
    // The frame that called reverted; the one above did not.
    assert!(!chain.send(probe, &Probe::tryInferAndRevertCall { model, input }));
    assert_eq!(chain.balance(ALICE), author + royalty);
}

#[test]
fn a_fault_of_the_node_cannot_be_caught() {
    let mut chain = Chain::with(Arc::new(Engine::new(Arc::new(Broken(Trouble::RunPanics)), 1 << 20)));
    let (probe, model) = (chain.probe(), chain.publish(&successor()));
    let call = Probe::tryInferCall { model, input: Bytes::from_static(&[7; 4]) };
    let reason = chain.try_send(TxKind::Call(probe), call.abi_encode()).unwrap_err();
    assert!(reason.contains("panicked: run went wrong"), "{reason}");
}

#[test]
fn the_library() {
    let mut chain = Chain::new();
    let probe = chain.probe();
    for len in [0usize, 1, 31, 32, 33, 63, 64, 65, 100] {
        let pixels: Vec<u8> = (0..len).map(|i| (i * 37) as u8).collect();
        let want: Vec<u8> = pixels.iter().map(|p| (i16::from(*p) - 128) as i8 as u8).collect();
        let got = chain.send(probe, &Probe::encodePixelsCall { pixels: pixels.into() });
        assert_eq!(got[..], want, "{len} pixels");
    }
    let numbers = [5i32, -7, i32::MAX, i32::MIN, 0, i32::MAX];
    let tensors: [(u64, Vec<u8>, Vec<i64>); 3] = [
        (1, numbers.map(|n| n as i8 as u8).to_vec(), numbers.map(|n| i64::from(n as i8)).to_vec()),
        (
            2,
            numbers.iter().flat_map(|n| (*n as i16).to_le_bytes()).collect(),
            numbers.map(|n| i64::from(n as i16)).to_vec(),
        ),
        (4, numbers.iter().flat_map(|n| n.to_le_bytes()).collect(), numbers.map(i64::from).to_vec()),
    ];
    for (width, bytes, values) in tensors {
        let (width, tensor) = (U256::from(width), Bytes::from(bytes));
        for (index, value) in values.iter().enumerate() {
            let call = Probe::elementCall { tensor: tensor.clone(), index: U256::from(index), width };
            assert_eq!(chain.send(probe, &call), I256::try_from(*value).unwrap(), "{width} {index}");
        }
        let most = values.iter().max().unwrap();
        let first = values.iter().position(|value| value == most).unwrap();
        assert_eq!(
            chain.send(probe, &Probe::argmaxCall { tensor: tensor.clone(), width }),
            U256::from(first)
        );
        let beyond = Probe::elementCall { tensor, index: U256::from(6), width };
        assert!(!chain.result(probe, &beyond).is_success());
    }
    let odd = Probe::argmaxCall { tensor: Bytes::from_static(&[1, 2, 3]), width: U256::from(3) };
    assert!(!chain.result(probe, &odd).is_success());

    // (q − zp) · m / 2^s · 10^18, rounded down: 3 · 5 / 4 = 3.75; −3 · 1 / 2 = −1.5; −1 / 2^62 is a hair below 0.
    for (q, m, s, zp, want) in [
        (10, 5, 2, 7, 3_750_000_000_000_000_000i64),
        (-10, 1, 1, -7, -1_500_000_000_000_000_000),
        (-1, 1, 62, 0, -1),
    ] {
        let call = Probe::realCall { q, multiplier: m, shift: s, zeroPoint: zp };
        assert_eq!(chain.send(probe, &call), I256::try_from(want).unwrap());
    }
}
