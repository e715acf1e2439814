//! The EVM variant, in the shape that alloy-evm's users (reth among them) plug in.

use crate::{ChainSpec, NodeFault, opcodes};
use alloy_evm::{Database, Evm, EvmEnv, EvmFactory, eth::EthEvmContext, precompiles::PrecompilesMap};
use alloy_primitives::{Address, Bytes};
use isocortex_precompiles::{Engine, Transcript};
use revm::{
    Context, ExecuteEvm, InspectEvm, Inspector, MainBuilder, MainContext,
    context::{BlockEnv, CfgEnv, DBErrorMarker, Evm as RevmEvm, TxEnv},
    context_interface::{
        ContextSetters,
        result::{EVMError, HaltReason, ResultAndState},
    },
    handler::{EthFrame, Handler, MainnetHandler, SystemCallTx, instructions::EthInstructions},
    inspector::{InspectorHandler, NoOpInspector},
    interpreter::interpreter::EthInterpreter,
    precompile::{PrecompileSpecId, Precompiles},
    primitives::hardfork::SpecId,
};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// Adds a chain's own precompiles, after Ethereum's and ours.
pub type Extension = Arc<dyn Fn(&mut PrecompilesMap, &Transcript) + Send + Sync>;

/// Holds the first fault of this node, once there is one.
pub type FaultCell = Arc<OnceLock<NodeFault>>;

/// Creates [`IsocortexEvm`]s: Ethereum's EVM with what [`ChainSpec::rules_at`] switches on for the
/// block. One engine (models, backends) serves all of them; cloning is cheap.
#[derive(Clone)]
pub struct IsocortexEvmFactory {
    spec: Arc<ChainSpec>,
    engine: Arc<Engine>,
    extension: Option<Extension>,
}

impl fmt::Debug for IsocortexEvmFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IsocortexEvmFactory").field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl IsocortexEvmFactory {
    /// A factory for one chain.
    pub const fn new(spec: Arc<ChainSpec>, engine: Arc<Engine>) -> Self {
        Self { spec, engine, extension: None }
    }

    /// Has every EVM's precompiles go through `extension`, where inference is live. What it adds is
    /// part of the chain's rules: all nodes must add the same.
    pub fn with_extension(mut self, extension: Extension) -> Self {
        self.extension = Some(extension);
        self
    }

    /// The chain's rules.
    pub const fn spec(&self) -> &Arc<ChainSpec> {
        &self.spec
    }

    fn create<DB: Database, I: Inspector<EthEvmContext<DB>>>(
        &self,
        db: DB,
        env: EvmEnv,
        inspector: I,
        inspect: bool,
    ) -> IsocortexEvm<DB, I> {
        let (timestamp, number) =
            (env.block_env.timestamp.saturating_to(), env.block_env.number.saturating_to());
        let rules = self.spec.rules_at(timestamp, number);
        let ethereum = Precompiles::new(PrecompileSpecId::from_spec_id(env.cfg_env.spec));
        let mut precompiles = PrecompilesMap::from_static(ethereum);
        let transcript = Transcript::default();
        if rules.inference {
            let gas = self.spec.gas_schedule();
            isocortex_precompiles::install(
                &mut precompiles,
                Arc::clone(&self.engine),
                gas,
                transcript.clone(),
            );
            if let Some(extension) = &self.extension {
                extension(&mut precompiles, &transcript);
            }
        }
        let mut evm = Context::mainnet()
            .with_block(env.block_env)
            .with_cfg(env.cfg_env)
            .with_db(db)
            .build_mainnet_with_inspector(inspector)
            .with_precompiles(precompiles);
        if rules.opcodes {
            opcodes::install(&mut evm.instruction);
        }
        IsocortexEvm { inner: evm, inspect, transcript, fault: Arc::default() }
    }
}

impl EvmFactory for IsocortexEvmFactory {
    type Evm<DB: Database, I: Inspector<EthEvmContext<DB>>> = IsocortexEvm<DB, I>;
    type Context<DB: Database> = EthEvmContext<DB>;
    type Tx = TxEnv;
    type Error<DBError: DBErrorMarker> = EVMError<DBError>;
    type HaltReason = HaltReason;
    type Spec = SpecId;
    type BlockEnv = BlockEnv;
    type Precompiles = PrecompilesMap;

    fn create_evm<DB: Database>(&self, db: DB, env: EvmEnv) -> Self::Evm<DB, NoOpInspector> {
        self.create(db, env, NoOpInspector, false)
    }

    fn create_evm_with_inspector<DB: Database, I: Inspector<Self::Context<DB>>>(
        &self,
        db: DB,
        env: EvmEnv,
        inspector: I,
    ) -> Self::Evm<DB, I> {
        self.create(db, env, inspector, true)
    }
}

/// Gas of a system call (EIP-4788, EIP-2935, EIP-7002, EIP-7251). revm gives what Amsterdam would, to every fork.
const SYSTEM_CALL_GAS: u64 = 30_000_000;

/// revm's Ethereum EVM with our precompiles and instructions, the transcript of what ran in it,
/// and a memory for this node's faults.
pub struct IsocortexEvm<DB: Database, I> {
    inner: RevmEvm<
        EthEvmContext<DB>,
        I,
        EthInstructions<EthInterpreter, EthEvmContext<DB>>,
        PrecompilesMap,
        EthFrame,
    >,
    inspect: bool,
    transcript: Transcript,
    fault: FaultCell,
}

impl<DB: Database, I> fmt::Debug for IsocortexEvm<DB, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IsocortexEvm").field("fault", &self.fault).finish_non_exhaustive()
    }
}

impl<DB: Database, I> IsocortexEvm<DB, I> {
    /// Handle on the inferences that ran since it was last emptied.
    pub const fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Where the first fault of this node is kept, if there is one. It stays: an EVM that has failed
    /// once says nothing about its block any more, whatever a caller made of the error.
    pub const fn fault(&self) -> &FaultCell {
        &self.fault
    }

    /// Keeps the fault that an execution error stands for, if it stands for one.
    fn watch<T>(&self, result: Result<T, EVMError<DB::Error>>) -> Result<T, EVMError<DB::Error>> {
        let fault = match &result {
            Ok(_) | Err(EVMError::Transaction(_) | EVMError::Header(_)) => return result,
            // A precompile's fatal error arrives as text; see alloy-evm's `PrecompilesMap::run`.
            Err(EVMError::Custom(reason)) => NodeFault(reason.clone()),
            Err(EVMError::CustomAny(reason)) => NodeFault(reason.to_string()),
            Err(EVMError::Database(reason)) => NodeFault(reason.to_string()),
        };
        let _first = self.fault.get_or_init(|| fault);
        result
    }
}

impl<DB: Database, I: Inspector<EthEvmContext<DB>>> Evm for IsocortexEvm<DB, I> {
    type DB = DB;
    type Tx = TxEnv;
    type Error = EVMError<DB::Error>;
    type HaltReason = HaltReason;
    type Spec = SpecId;
    type BlockEnv = BlockEnv;
    type Precompiles = PrecompilesMap;
    type Inspector = I;

    fn block(&self) -> &BlockEnv {
        &self.inner.ctx.block
    }

    fn cfg_env(&self) -> &CfgEnv {
        &self.inner.ctx.cfg
    }

    fn chain_id(&self) -> u64 {
        self.inner.ctx.cfg.chain_id
    }

    fn transact_raw(&mut self, tx: TxEnv) -> Result<ResultAndState, Self::Error> {
        let result = if self.inspect { self.inner.inspect_tx(tx) } else { self.inner.transact(tx) };
        self.watch(result)
    }

    fn transact_system_call(
        &mut self,
        caller: Address,
        contract: Address,
        data: Bytes,
    ) -> Result<ResultAndState, Self::Error> {
        let mut tx = TxEnv::new_system_tx_with_caller(caller, contract, data);
        tx.gas_limit = SYSTEM_CALL_GAS;
        self.inner.ctx.set_tx(tx);
        let mut handler = MainnetHandler::<_, Self::Error, EthFrame>::default();
        let result = if self.inspect {
            handler.inspect_run_system_call(&mut self.inner)
        } else {
            handler.run_system_call(&mut self.inner)
        };
        let result = result.map(|result| ResultAndState::new(result, self.inner.finalize()));
        self.watch(result)
    }

    fn finish(self) -> (DB, EvmEnv) {
        let Context { block: block_env, cfg: cfg_env, journaled_state, .. } = self.inner.ctx;
        (journaled_state.database, EvmEnv { cfg_env, block_env })
    }

    fn set_inspector_enabled(&mut self, enabled: bool) {
        self.inspect = enabled;
    }

    fn components(&self) -> (&DB, &I, &PrecompilesMap) {
        let RevmEvm { ctx, inspector, precompiles, .. } = &self.inner;
        (&ctx.journaled_state.database, inspector, precompiles)
    }

    fn components_mut(&mut self) -> (&mut DB, &mut I, &mut PrecompilesMap) {
        let RevmEvm { ctx, inspector, precompiles, .. } = &mut self.inner;
        (&mut ctx.journaled_state.database, inspector, precompiles)
    }
}
