//! Nodes with an emulated card, and two blocks: one publishes a model, one calls it nine times.

use crate::genesis::genesis;
use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope, transaction::Recovered};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolCall;
use isocortex_consensus::{Attributes, BlockApp, Chain, Executed};
use isocortex_gpu::GpuBackend;
use isocortex_gpu_emulator::{FaultyDevice, Options, Troubles};
use isocortex_inference::{Backend, Cpu, Dual, Failover, Metered, Metrics};
use isocortex_model::{
    Artifact, DType, Node as Step, Op, Output, Port, Quant, Tensor, TensorType,
    ops::{Conv2d, MatMul, MaxPool, Rescale, Reshape},
};
use isocortex_precompiles::{
    INFERENCE_ADDRESS, REGISTRY_ADDRESS,
    abi::{
        IInference::{inferBatchCall, inferCall},
        IModelRegistry::{putChunkCall, registerCall},
    },
};
use isocortex_vm::Engine;
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;

/// Who stands behind the card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Second {
    None,
    Failover,
    Dual,
}

pub struct Node {
    pub chain: Chain,
    pub troubles: Troubles,
    pub metrics: Arc<Metrics>,
    _folder: TempDir,
}

/// Device memory for two runs of the model at once, so that a batch of seven goes in parts.
const BUDGET: u64 = 14 << 10;

impl Node {
    /// A node at genesis, whose card is well.
    pub fn new(second: Second) -> Self {
        let metrics = Arc::new(Metrics::default());
        let metered = |backend| -> Arc<dyn Backend> { Arc::new(Metered::new(backend, Arc::clone(&metrics))) };
        let (device, troubles) = FaultyDevice::new(Options::default()).unwrap();
        let card = metered(Arc::new(GpuBackend::unchecked(device).with_budget(BUDGET)));
        let cpu = || metered(Arc::new(Cpu::new(1).unwrap()));
        let backend: Arc<dyn Backend> = match second {
            Second::None => card,
            Second::Failover => Arc::new(Failover::new(card, cpu(), Arc::clone(&metrics))),
            Second::Dual => Arc::new(Dual::new(card, cpu(), Arc::clone(&metrics))),
        };
        let (folder, chain) = chain(backend);
        Self { chain, troubles, metrics, _folder: folder }
    }

    /// Executes a block and appends it.
    pub fn take(&self, block: &Executed) {
        self.chain.commit(self.chain.execute(block.block.clone()).unwrap()).unwrap();
    }
}

/// What a node without a card builds: the block that publishes the model, and the block that calls it.
pub fn blocks() -> &'static (Executed, Executed) {
    static BLOCKS: OnceLock<(Executed, Executed)> = OnceLock::new();
    BLOCKS.get_or_init(|| {
        let (_folder, chain) = chain(Arc::new(Cpu::new(1).unwrap()));
        let build = |number, candidates: &[_]| {
            let built = chain.build(&attributes(number), candidates).unwrap();
            assert!(built.rejected.is_empty() && built.outcomes.iter().all(|o| o.is_success()), "{built:?}");
            chain.commit(built.executed.clone()).unwrap();
            built.executed
        };
        let first = build(1, &publication());
        let second = build(2, &calls());
        assert_eq!(second.transcript.len(), 9);
        (first, second)
    })
}

pub fn attributes(number: u64) -> Attributes {
    Attributes { timestamp: 100 + number, ..Attributes::default() }
}

fn chain(backend: Arc<dyn Backend>) -> (TempDir, Chain) {
    let folder = TempDir::new().unwrap();
    let engine = Arc::new(Engine::new(backend, 1 << 24));
    let chain = Chain::create(folder.path(), &genesis("0x3938700", signer().address()), engine).unwrap();
    (folder, chain)
}

fn signer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(7)).unwrap()
}

fn signed(nonce: u64, to: Address, input: Vec<u8>) -> Recovered<TxEnvelope> {
    let tx = TxEip1559 {
        chain_id: 1337,
        nonce,
        gas_limit: 5_000_000,
        input: input.into(),
        max_fee_per_gas: 2_000_000_000,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(to),
        value: U256::ZERO,
        ..Default::default()
    };
    let signature = signer().sign_hash_sync(&tx.signature_hash()).unwrap();
    Recovered::new_unchecked(tx.into_signed(signature).into(), signer().address())
}

/// A small network of five ops on 6 by 6 points of two channels.
pub fn model() -> Artifact {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let weights = |n: u32| (0..n).map(|i| (i * 37 % 255) as i8 | 1).collect();
    let convolution = Conv2d {
        weight: 0,
        bias: 1,
        zero_point: 3,
        stride: [1; 2],
        dilation: [1; 2],
        pads: [1; 4],
        groups: 1,
    };
    let rescale = Rescale { multiplier: 2, shift: 3, zero_point: -5, lo: -128, hi: 127, dtype: DType::I8 };
    let ops = [
        Op::Conv2d(convolution),
        Op::Rescale(rescale),
        Op::MaxPool(MaxPool { kernel: [2; 2], stride: [2; 2], pads: [0; 4] }),
        Op::Reshape(Reshape { shape: vec![27] }),
        Op::MatMul(MatMul { weight: 4, bias: 5, zero_point: -5 }),
    ];
    Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[6, 6, 2]), quant }],
        vec![
            Tensor::i8(&[3, 3, 3, 2], weights(54)),
            Tensor::i32(&[3], vec![500, -40, 7]),
            Tensor::i32(&[3], vec![1 << 30, (1 << 30) + 12345, i32::MAX]),
            Tensor::i8(&[3], vec![37, 38, 36]),
            Tensor::i8(&[4, 27], weights(108)),
            Tensor::i32(&[4], vec![-1, 0, 1, 1000]),
        ],
        (0..).zip(ops).map(|(i, op)| Step { operands: vec![i], op }).collect(),
        vec![Output { name: "y".into(), value: 5, quant }],
        Default::default(),
    )
}

fn publication() -> Vec<Recovered<TxEnvelope>> {
    let model = model();
    let header = model.header().to_bytes();
    let chunks = [&header[..]].into_iter().chain(model.chunks()).map(Bytes::copy_from_slice);
    let calls = chunks.map(|data| putChunkCall { data }.abi_encode());
    let calls = calls.chain([registerCall { model: model.id() }.abi_encode()]);
    (0..).zip(calls).map(|(nonce, call)| signed(nonce, REGISTRY_ADDRESS, call)).collect()
}

/// Two single inferences and a batch of seven.
pub fn calls() -> Vec<Recovered<TxEnvelope>> {
    let model = model().id();
    let input = |seed: u32| -> Bytes { (0..72).map(|i| (seed * 83 + i * i * 29) as u8).collect() };
    let nonce = publication().len() as u64;
    [
        inferCall { model, input: input(1) }.abi_encode(),
        inferBatchCall { model, inputs: (2..9).map(input).collect() }.abi_encode(),
        inferCall { model, input: input(9) }.abi_encode(),
    ]
    .into_iter()
    .zip(nonce..)
    .map(|(call, nonce)| signed(nonce, INFERENCE_ADDRESS, call))
    .collect()
}
