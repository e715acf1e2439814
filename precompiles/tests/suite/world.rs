//! A state, and precompiles called on it as the EVM would call them: a checkpoint before, a revert after
//! what is no success. Gas limits, callers and flags are the test's to choose.

use alloy_evm::{
    EvmInternals,
    precompiles::{Precompile, PrecompileInput, PrecompilesMap},
};
use alloy_primitives::{Address, B256, Bytes, Log, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolError};
use isocortex_inference::{Backend, Error, Loaded, Model, OpDigest, Reference};
use isocortex_model::{
    Artifact, DType, Node, Op, Output, Port, Quant, Tensor, TensorType,
    ops::{Clamp, MatMul, Table8},
};
use isocortex_precompiles::{
    Call, Engine, GasSchedule, INFERENCE_ADDRESS, MAX_CHUNK, REGISTRY_ADDRESS, Transcript,
    abi::{
        IInference::inferCall,
        IModelRegistry::{ModelInfo, putChunkCall, registerCall, setRoyaltyCall},
    },
    install,
};
use revm::{
    DatabaseCommit,
    context::{BlockEnv, CfgEnv, JournalTr, Journal, TxEnv},
    database::InMemoryDB,
    precompile::{PrecompileStatus, Precompiles},
    primitives::hardfork::SpecId,
};
use std::sync::Arc;

pub const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
pub const BOB: Address = address!("0000000000000000000000000000000000000b0b");
pub const BASE_FEE: u64 = 7;
/// More gas than any test needs.
pub const PLENTY: u64 = 1 << 32;

/// How a call ended, and the gas it used where that says anything.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Success(u64, Bytes),
    Revert(u64, Bytes),
    OutOfGas,
    Fatal(String),
}

impl End {
    pub fn gas(&self) -> u64 {
        match self {
            Self::Success(gas, _) | Self::Revert(gas, _) => *gas,
            other => panic!("{other:?}"),
        }
    }

    pub fn ok<C: SolCall>(&self) -> C::Return {
        match self {
            Self::Success(_, data) => C::abi_decode_returns(data).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Whether it is a revert with just this error.
    #[track_caller]
    pub fn is(&self, error: impl SolError) {
        match self {
            Self::Revert(_, data) => assert_eq!(data[..], error.abi_encode()),
            other => panic!("{other:?}"),
        }
    }

    /// The arguments of the typed error.
    #[track_caller]
    pub fn error<E: SolError>(&self) -> E {
        match self {
            Self::Revert(_, data) => E::abi_decode(data).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

pub struct World {
    pub journal: Journal<InMemoryDB>,
    pub engine: Arc<Engine>,
    pub transcript: Transcript,
    pub schedule: GasSchedule,
    map: PrecompilesMap,
    block: BlockEnv,
    cfg: CfgEnv,
    tx: TxEnv,
    pub caller: Address,
    pub is_static: bool,
    pub value: u64,
    pub target: Option<Address>,
}

impl World {
    pub fn new() -> Self {
        Self::with(Arc::new(Engine::default()), InMemoryDB::default())
    }

    pub fn with(engine: Arc<Engine>, db: InMemoryDB) -> Self {
        let (schedule, transcript) = (GasSchedule::default(), Transcript::default());
        let mut map = PrecompilesMap::from_static(Precompiles::latest());
        install(&mut map, Arc::clone(&engine), schedule, transcript.clone());
        let mut journal = Journal::new(db);
        journal.set_spec_id(SpecId::OSAKA);
        Self {
            journal,
            engine,
            transcript,
            schedule,
            map,
            block: BlockEnv { number: U256::from(11), basefee: BASE_FEE, ..BlockEnv::default() },
            cfg: CfgEnv::new_with_spec(SpecId::OSAKA),
            tx: TxEnv::default(),
            caller: ALICE,
            is_static: false,
            value: 0,
            target: None,
        }
    }

    /// The same state under another engine, as another node would hold it.
    pub fn on(&mut self, engine: Arc<Engine>) -> Self {
        self.commit();
        Self::with(engine, self.journal.db().clone())
    }

    /// Ends the transaction: everything is cold afterwards.
    pub fn commit(&mut self) {
        self.journal.commit_tx();
        let state = self.journal.finalize();
        self.journal.db_mut().commit(state);
    }

    pub fn raw(&mut self, address: Address, data: &[u8], gas: u64) -> End {
        let precompile = self.map.get(&address).unwrap();
        let checkpoint = self.journal.checkpoint();
        let input = PrecompileInput {
            data,
            gas,
            reservoir: 0,
            caller: self.caller,
            value: U256::from(self.value),
            target_address: self.target.unwrap_or(address),
            is_static: self.is_static,
            bytecode_address: address,
            internals: EvmInternals::new(&mut self.journal, &self.block, &self.cfg, &self.tx),
        };
        let end = match precompile.call(input) {
            Err(error) => End::Fatal(error.to_string()),
            Ok(output) => {
                assert!(output.gas_used <= gas, "used {} of {gas}", output.gas_used);
                match output.status {
                    PrecompileStatus::Success => End::Success(output.gas_used, output.bytes),
                    PrecompileStatus::Revert => End::Revert(output.gas_used, output.bytes),
                    PrecompileStatus::Halt(reason) => {
                        assert!(reason.is_oog());
                        End::OutOfGas
                    }
                }
            }
        };
        match end {
            End::Success(..) => self.journal.checkpoint_commit(),
            _ => self.journal.checkpoint_revert(checkpoint),
        }
        end
    }

    pub fn registry(&mut self, call: &impl SolCall) -> End {
        self.raw(REGISTRY_ADDRESS, &call.abi_encode(), PLENTY)
    }

    pub fn inference(&mut self, call: &impl SolCall) -> End {
        self.raw(INFERENCE_ADDRESS, &call.abi_encode(), PLENTY)
    }

    pub fn put(&mut self, data: &[u8]) -> End {
        self.registry(&putChunkCall { data: data.to_vec().into() })
    }

    /// Puts header and chunks.
    pub fn upload(&mut self, artifact: &Artifact) -> B256 {
        let header = artifact.header().to_bytes();
        for chunk in artifact.chunks().chain([&header[..]]) {
            assert_eq!(self.put(chunk).ok::<putChunkCall>(), keccak256(chunk));
        }
        artifact.id()
    }

    pub fn register(&mut self, model: B256) -> End {
        self.registry(&registerCall { model })
    }

    /// Uploads, registers, and ends the transaction.
    pub fn publish(&mut self, artifact: &Artifact) -> (B256, ModelInfo) {
        let model = self.upload(artifact);
        let info = self.register(model).ok::<registerCall>();
        self.commit();
        (model, info)
    }

    pub fn infer(&mut self, model: B256, input: &[u8]) -> End {
        self.inference(&inferCall { model, input: input.to_vec().into() })
    }

    pub fn set_royalty(&mut self, model: B256, gas: u64) -> End {
        self.registry(&setRoyaltyCall { model, gas })
    }

    pub fn balance(&mut self, address: Address) -> U256 {
        self.journal.load_account(address).unwrap().data.info.balance
    }

    pub fn logs(&mut self) -> Vec<Log> {
        self.journal.take_logs()
    }

    pub fn calls(&self) -> Vec<Call> {
        self.transcript.take()
    }

    /// What the state would be if the transaction ended here, without what was merely read.
    pub fn changes(&self) -> String {
        let mut accounts: Vec<_> = self.journal.evm_state().iter().filter(|(_, a)| a.is_touched()).collect();
        accounts.sort_by_key(|(address, _)| **address);
        let lines = accounts.into_iter().map(|(address, a)| {
            let mut slots: Vec<_> = a.changed_storage_slots().map(|(key, s)| (*key, s.present_value())).collect();
            slots.sort();
            format!("{address} {} {} {} {slots:?}\n", a.info.nonce, a.info.balance, a.info.code_hash)
        });
        lines.chain([format!("{} logs", self.journal.logs().len())]).collect()
    }
}

const QUANT: Quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };

fn artifact(inputs: u32, constants: Vec<Tensor>, op: Op) -> Artifact {
    let port = Port { name: "x".into(), ty: TensorType::new(DType::I8, &[inputs]), quant: QUANT };
    let output = Output { name: "y".into(), value: 1, quant: QUANT };
    Artifact::build(vec![port], constants, vec![Node { operands: vec![0], op }], vec![output], Default::default())
}

/// Four i8 in; out, the same without what is negative. No weights.
pub fn relu() -> Artifact {
    artifact(4, vec![], Op::Clamp(Clamp { lo: 0, hi: 127 }))
}

/// Four i8 in; out, each plus one (127 stays). 256 bytes of weights in one chunk.
pub fn successor() -> Artifact {
    let table = (-128i32..128).map(|x| (x + 1).min(127) as i8).collect();
    artifact(4, vec![Tensor::i8(&[256], table)], Op::Table8(Table8 { table: 0 }))
}

/// 512 i8 in, 256 i32 out: the weights of output n are all n − 100. Three chunks.
pub fn wide() -> Artifact {
    let weight = (0..256i32).flat_map(|n| [(n - 100).min(127) as i8; 512]).collect();
    let constants = vec![Tensor::i8(&[256, 512], weight), Tensor::i32(&[256], (0..256).collect())];
    let artifact = artifact(512, constants, Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: 0 }));
    assert_eq!(artifact.chunks().count(), (256 * 516usize).div_ceil(MAX_CHUNK));
    artifact
}

/// What a test backend does instead of its work.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    LoadFails,
    LoadPanics,
    RunFails,
    RunPanics,
    /// Calls a correct input wrong.
    BlamesCaller,
    ShortOutput,
    NoOutput,
}

pub struct Broken(pub Trouble);

fn failure() -> Error {
    Error::Device { backend: "broken", reason: "the device is on fire".into() }
}

impl Backend for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        match self.0 {
            Trouble::LoadFails => Err(failure()),
            Trouble::LoadPanics => panic!("load went wrong"),
            trouble => Ok(Box::new(BrokenModel(trouble, Reference.load(model)?))),
        }
    }
}

struct BrokenModel(Trouble, Box<dyn Loaded>);

impl Loaded for BrokenModel {
    fn model(&self) -> &Model {
        self.1.model()
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        match self.0 {
            Trouble::RunFails => Err(failure()),
            Trouble::RunPanics => panic!("run went wrong"),
            Trouble::BlamesCaller => Err(Error::InputLength { index: 0, wanted: 1, got: 2 }),
            Trouble::ShortOutput => Ok(batch.iter().map(|_| vec![0]).collect()),
            Trouble::NoOutput => Ok(vec![]),
            Trouble::LoadFails | Trouble::LoadPanics => self.1.run(batch),
        }
    }

    fn trace(&self, _: &[u8]) -> Result<Vec<OpDigest>, Error> {
        Err(failure())
    }
}
