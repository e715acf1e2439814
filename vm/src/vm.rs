//! Blocks and calls in, results out.

use crate::{
    AnyDatabase, BlockBuilder, BlockOutput, ChainSpec, Entry, Error, Extension, IsocortexEvmFactory,
    NodeFault, Outcome, tracer::Tracer, transcript,
};
use alloy_consensus::{Header, TxEnvelope, transaction::Recovered};
use alloy_eips::eip4895::Withdrawal;
use alloy_evm::{Evm, EvmFactory};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use isocortex_precompiles::Engine;
use revm::{Database, context::TxEnv, context_interface::result::EVMError, database::State};
use std::{fmt, io::Write, sync::Arc};

/// Opens what the trace of one block, or of transactions outside a block, is written to.
pub type TraceSink = Arc<dyn Fn() -> Box<dyn Write> + Send + Sync>;

/// A chain's rules and an engine: all that executing needs besides state. Cheap to clone.
#[derive(Clone)]
pub struct Vm {
    factory: IsocortexEvmFactory,
    trace: Option<TraceSink>,
}

impl fmt::Debug for Vm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vm").field("factory", &self.factory).finish_non_exhaustive()
    }
}

/// A call that is executed on a state and leaves no trace (`eth_call`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRequest {
    /// The caller; any address, no signature is asked for.
    pub from: Address,
    /// The contract, or `None` to run `data` as the init code of a new one.
    pub to: Option<Address>,
    /// Wei sent along; `from` must have it.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Gas limit; the block's if `None`.
    pub gas: Option<u64>,
    /// Wei a unit of gas; `from` must be able to pay.
    pub gas_price: u128,
}

/// Result of [`Vm::call`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// How the call ended.
    pub outcome: Outcome,
    /// The inferences it made, in order; `tx_index` is 0.
    pub inferences: Vec<Entry>,
}

impl Vm {
    /// A machine for one chain.
    pub const fn new(spec: Arc<ChainSpec>, engine: Arc<Engine>) -> Self {
        Self { factory: IsocortexEvmFactory::new(spec, engine), trace: None }
    }

    /// See [`IsocortexEvmFactory::with_extension`].
    pub fn with_extension(self, extension: Extension) -> Self {
        Self { factory: self.factory.with_extension(extension), ..self }
    }

    /// Has every executed instruction written as a line of JSON (EIP-3155), system calls included.
    pub fn with_trace(self, sink: TraceSink) -> Self {
        Self { trace: Some(sink), ..self }
    }

    /// The chain's rules.
    pub fn spec(&self) -> &Arc<ChainSpec> {
        self.factory.spec()
    }

    /// The EVM factory, for callers who drive alloy-evm themselves.
    pub const fn factory(&self) -> &IsocortexEvmFactory {
        &self.factory
    }

    /// Executes a block on the state `db` that its parent left.
    ///
    /// Of `header` only the inputs of execution are read: number, time, parent hash, beneficiary, gas
    /// limit, base fee, mix hash, excess blob gas, beacon root. Comparing its other fields with the
    /// output is the caller's part, as are the rules on headers. `withdrawals`: `Some`, if only of an
    /// empty list, from Shanghai on.
    ///
    /// # Errors
    /// [`Error::InvalidTransaction`] and [`Error::InvalidBlock`] are verdicts on the block,
    /// [`Error::Node`] is none.
    pub fn execute_block(
        &self,
        db: impl Database,
        header: &Header,
        withdrawals: Option<&[Withdrawal]>,
        transactions: &[Recovered<TxEnvelope>],
    ) -> Result<BlockOutput, Error> {
        self.execute(AnyDatabase::new(db), header, withdrawals, transactions)
    }

    /// Starts a block on the state `db` that its parent left; `header` as in [`Self::execute_block`].
    ///
    /// # Errors
    /// [`Error::Node`] and [`Error::InvalidBlock`] from the system calls before the transactions.
    pub fn build_block<'a>(
        &'a self,
        db: impl Database + 'a,
        header: &Header,
        withdrawals: Option<&'a [Withdrawal]>,
    ) -> Result<BlockBuilder<'a>, Error> {
        self.build(AnyDatabase::new(db), header, withdrawals)
    }

    /// Executes transactions on the state `db` as if in the block of `header`, without what begins and ends a block:
    /// system calls, rewards, withdrawals and requests are left out. Ethereum's state tests are of this kind.
    ///
    /// # Errors
    /// As [`Self::execute_block`].
    pub fn execute_bare(
        &self,
        db: impl Database,
        header: &Header,
        transactions: &[Recovered<TxEnvelope>],
    ) -> Result<BlockOutput, Error> {
        let mut block = self.bare(AnyDatabase::new(db), header, None);
        push_all(&mut block, transactions)?;
        block.finish_bare()
    }

    /// Executes a call on the state `db`, as if in the block of `header`, and forgets it.
    ///
    /// # Errors
    /// [`Error::InvalidCall`] if such a transaction could never start, [`Error::Node`] if this node
    /// could not answer. A revert is a result.
    pub fn call(&self, db: impl Database, header: &Header, request: &CallRequest) -> Result<Called, Error> {
        self.call_on(AnyDatabase::new(db), header, request)
    }

    fn execute(
        &self,
        db: AnyDatabase<'_>,
        header: &Header,
        withdrawals: Option<&[Withdrawal]>,
        transactions: &[Recovered<TxEnvelope>],
    ) -> Result<BlockOutput, Error> {
        let mut block = self.build(db, header, withdrawals)?;
        push_all(&mut block, transactions)?;
        block.finish()
    }

    fn bare<'a>(
        &'a self,
        db: AnyDatabase<'a>,
        header: &Header,
        withdrawals: Option<&'a [Withdrawal]>,
    ) -> BlockBuilder<'a> {
        let state = State::builder().with_database(db).with_bundle_update().build();
        let trace = Tracer::new(self.trace.as_ref().map(|sink| sink()));
        let mut evm = self.factory.create_evm_with_inspector(state, self.spec().evm_env(header), trace);
        evm.set_inspector_enabled(self.trace.is_some());
        BlockBuilder::bare(evm, self.spec(), header, withdrawals)
    }

    fn build<'a>(
        &'a self,
        db: AnyDatabase<'a>,
        header: &Header,
        withdrawals: Option<&'a [Withdrawal]>,
    ) -> Result<BlockBuilder<'a>, Error> {
        self.bare(db, header, withdrawals).start()
    }

    fn call_on(&self, db: AnyDatabase<'_>, header: &Header, request: &CallRequest) -> Result<Called, Error> {
        let mut env = self.spec().evm_env(header);
        // What only a signed transaction in a block has to keep to.
        env.cfg_env.disable_nonce_check = true;
        env.cfg_env.disable_base_fee = true;
        env.cfg_env.disable_eip3607 = true;
        env.cfg_env.tx_gas_limit_cap = Some(u64::MAX);
        let tx = TxEnv {
            caller: request.from,
            kind: request.to.map_or(TxKind::Create, TxKind::Call),
            value: request.value,
            data: request.data.clone(),
            gas_limit: request.gas.unwrap_or(header.gas_limit).min(header.gas_limit),
            gas_price: request.gas_price,
            chain_id: None,
            ..TxEnv::default()
        };
        let state = State::builder().with_database(db).build();
        let mut evm = self.factory.create_evm_with_inspector(state, env, Tracer::default());
        evm.set_inspector_enabled(false);
        let result = evm.transact_raw(tx).map_err(|error| match error {
            EVMError::Transaction(reason) => Error::InvalidCall(reason),
            EVMError::Header(reason) => Error::InvalidBlock(reason.to_string()),
            error => evm.fault().get().cloned().unwrap_or_else(|| NodeFault(error.to_string())).into(),
        })?;
        let inferences = transcript::entries(0, evm.transcript().take()).collect();
        Ok(Called { outcome: result.result.into(), inferences })
    }
}

fn push_all(block: &mut BlockBuilder<'_>, transactions: &[Recovered<TxEnvelope>]) -> Result<(), Error> {
    block.reserve(transactions.len());
    for (index, tx) in transactions.iter().enumerate() {
        if let Err(reason) = block.include(tx, |_| ())? {
            return Err(Error::InvalidTransaction { index, hash: *tx.tx_hash(), reason });
        }
    }
    Ok(())
}
