//! A state, and precompiles called on it as the EVM would call them: a checkpoint before, a revert after
//! what is no success. Gas limits, callers and flags are the test's to choose.

use crate::broken::Disk;
use alloy_evm::{
    EvmInternals,
    precompiles::{Precompile, PrecompileInput, PrecompilesMap},
};
use alloy_primitives::{Address, B256, Bytes, Log, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolError};
use isocortex_model::Artifact;
use isocortex_precompiles::{
    Call, Engine, GasSchedule, INFERENCE_ADDRESS, REGISTRY_ADDRESS, Transcript,
    abi::{
        IInference::inferCall,
        IModelRegistry::{ModelInfo, putChunkCall, registerCall, setRoyaltyCall},
    },
    install,
};
use revm::{
    DatabaseCommit,
    context::{BlockEnv, CfgEnv, Journal, JournalTr, TxEnv},
    database::CacheDB,
    precompile::{PrecompileStatus, Precompiles},
    primitives::hardfork::SpecId,
};
use std::sync::Arc;

pub const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
pub const BOB: Address = address!("0000000000000000000000000000000000000b0b");
pub const BASE_FEE: u64 = 7;
/// More gas than any test needs.
pub const PLENTY: u64 = 1 << 32;

pub type Db = CacheDB<Disk>;

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
    pub journal: Journal<Db>,
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
        Self::with(Arc::new(Engine::default()), Db::default())
    }

    pub fn with(engine: Arc<Engine>, db: Db) -> Self {
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
            let mut slots: Vec<_> =
                a.changed_storage_slots().map(|(key, s)| (*key, s.present_value())).collect();
            slots.sort();
            format!("{address} {} {} {} {slots:?}\n", a.info.nonce, a.info.balance, a.info.code_hash)
        });
        lines.chain([format!("{} logs", self.journal.logs().len())]).collect()
    }
}
