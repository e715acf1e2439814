//! Ethereum's block executor of alloy-evm, with the transcript committed at the end.

use crate::{
    ChainSpec, Entry, FaultCell, IsocortexEvm, IsocortexEvmFactory, NodeFault, irregular,
    receipts::Receipts,
    transcript::{self, REQUEST_TYPE, commitment},
};
use alloy_consensus::{Header, ReceiptEnvelope, TxEnvelope, TxType};
use alloy_eips::eip7685::Requests;
use alloy_evm::{
    Evm,
    block::{
        BlockExecutionError, BlockExecutionResult, BlockExecutor, BlockExecutorFactory, BlockValidationError,
        ExecutableTx, GasOutput, StateDB,
    },
    eth::{EthBlockExecutionCtx, EthBlockExecutor, EthEvmContext, EthTxResult},
};
use isocortex_precompiles::Call;
use revm::{Inspector, context_interface::result::HaltReason};
use std::sync::Arc;

/// Executes one block in an [`IsocortexEvm`].
#[derive(Debug)]
pub struct IsocortexBlockExecutor<'a, DB: StateDB, I> {
    inner: EthBlockExecutor<'a, IsocortexEvm<DB, I>, irregular::WithoutDao<'a>, Receipts>,
    /// Calls of the transaction that was executed last and is not committed yet.
    pending: Vec<Call>,
    transcript: Vec<Entry>,
}

impl<'a, DB: StateDB, I: Inspector<EthEvmContext<DB>>> IsocortexBlockExecutor<'a, DB, I> {
    /// An executor at the start of its block.
    pub fn new(evm: IsocortexEvm<DB, I>, ctx: EthBlockExecutionCtx<'a>, spec: &'a ChainSpec) -> Self {
        let spec = irregular::WithoutDao(spec);
        let inner = EthBlockExecutor::new(evm, ctx, spec, Receipts::default());
        Self { inner, pending: Vec::new(), transcript: Vec::new() }
    }

    /// Makes room for the receipts of `transactions`.
    pub fn reserve(&mut self, transactions: usize) {
        self.inner.reserve(transactions);
    }

    /// Names the uncles that the block includes and, before Paris, rewards.
    pub const fn set_ommers(&mut self, ommers: &'a [Header]) {
        self.inner.ctx.ommers = ommers;
    }

    /// Inferences of the transactions committed so far.
    pub fn transcript(&self) -> &[Entry] {
        &self.transcript
    }

    /// The EVM and what was executed, without what ends a block.
    pub(crate) fn finish_bare(
        self,
    ) -> (IsocortexEvm<DB, I>, BlockExecutionResult<ReceiptEnvelope>, Vec<Entry>) {
        let EthBlockExecutor { evm, receipts, cumulative_tx_gas_used, blob_gas_used, .. } = self.inner;
        let gas_used = cumulative_tx_gas_used;
        let requests = Requests::default();
        (evm, BlockExecutionResult { receipts, requests, gas_used, blob_gas_used }, self.transcript)
    }

    /// [`BlockExecutor::finish`] that hands out the transcript as well.
    ///
    /// # Errors
    /// As [`BlockExecutor::finish`].
    #[expect(clippy::type_complexity, reason = "the trait's own result and one more member")]
    pub fn finish_with_transcript(
        mut self,
    ) -> Result<(IsocortexEvm<DB, I>, BlockExecutionResult<ReceiptEnvelope>, Vec<Entry>), BlockExecutionError>
    {
        let fault = Arc::clone(self.inner.evm.fault());
        let time = self.inner.evm.block().timestamp.saturating_to();
        irregular::expect_system_contracts(&mut self.inner.evm, self.inner.spec)
            .and_then(|()| irregular::expect_deposit_layout(&self.inner.receipts, self.inner.spec, time))
            .map_err(|error| sort(error, &fault))?;
        let (evm, mut result) = self.inner.finish().map_err(|error| sort(error, &fault))?;
        if !self.transcript.is_empty() {
            // EIP-7685 wants ascending types; ours is above all that Ethereum has.
            result.requests.push_request_with_type(REQUEST_TYPE, commitment(&self.transcript));
        }
        Ok((evm, result, self.transcript))
    }
}

impl<DB: StateDB, I: Inspector<EthEvmContext<DB>>> BlockExecutor for IsocortexBlockExecutor<'_, DB, I> {
    type Transaction = TxEnvelope;
    type Receipt = ReceiptEnvelope;
    type Evm = IsocortexEvm<DB, I>;
    type Result = EthTxResult<HaltReason, TxType>;

    fn apply_pre_execution_changes(&mut self) -> Result<(), BlockExecutionError> {
        let Self { inner, .. } = self;
        irregular::dao(&mut inner.evm, inner.spec.0)
            .and_then(|()| inner.apply_pre_execution_changes())
            .map_err(|error| sort(error, inner.evm.fault()))
    }

    fn execute_transaction_without_commit(
        &mut self,
        tx: impl ExecutableTx<Self>,
    ) -> Result<Self::Result, BlockExecutionError> {
        self.inner.evm.transcript().take();
        let result = self.inner.execute_transaction_without_commit(tx);
        self.pending = self.inner.evm.transcript().take();
        result.map_err(|error| sort(error, self.inner.evm.fault()))
    }

    fn commit_transaction(&mut self, output: Self::Result) -> GasOutput {
        let tx_index = self.inner.receipts.len() as u64;
        self.transcript.extend(transcript::entries(tx_index, std::mem::take(&mut self.pending)));
        self.inner.commit_transaction(output)
    }

    fn finish(self) -> Result<(Self::Evm, BlockExecutionResult<ReceiptEnvelope>), BlockExecutionError> {
        self.finish_with_transcript().map(|(evm, result, _)| (evm, result))
    }

    fn evm_mut(&mut self) -> &mut Self::Evm {
        self.inner.evm_mut()
    }

    fn evm(&self) -> &Self::Evm {
        self.inner.evm()
    }

    fn receipts(&self) -> &[ReceiptEnvelope] {
        self.inner.receipts()
    }
}

/// Puts a [`NodeFault`] in the place of an error that is no verdict on the block. alloy-evm reports
/// unreadable state in a system call or a balance increment as an invalid block; it is not.
fn sort(error: BlockExecutionError, fault: &FaultCell) -> BlockExecutionError {
    match (fault.get(), error) {
        (Some(fault), _) => BlockExecutionError::other(fault.clone()),
        // Fails for no other reason than the database; see revm's `increment_balances`.
        (None, BlockExecutionError::Validation(error @ BlockValidationError::IncrementBalanceFailed)) => {
            BlockExecutionError::other(NodeFault(error.to_string()))
        }
        (None, error) => error,
    }
}

/// Creates [`IsocortexBlockExecutor`]s; what a reth-based operator hands to their node.
#[derive(Clone, Debug)]
pub struct IsocortexBlockExecutorFactory(IsocortexEvmFactory);

impl IsocortexBlockExecutorFactory {
    /// A factory over an EVM factory.
    pub const fn new(evm_factory: IsocortexEvmFactory) -> Self {
        Self(evm_factory)
    }
}

impl BlockExecutorFactory for IsocortexBlockExecutorFactory {
    type EvmFactory = IsocortexEvmFactory;
    type ExecutionCtx<'a> = EthBlockExecutionCtx<'a>;
    type Transaction = TxEnvelope;
    type Receipt = ReceiptEnvelope;
    type TxExecutionResult = EthTxResult<HaltReason, TxType>;
    type Executor<'a, DB: StateDB, I: Inspector<EthEvmContext<DB>>> = IsocortexBlockExecutor<'a, DB, I>;

    fn evm_factory(&self) -> &IsocortexEvmFactory {
        &self.0
    }

    fn create_executor<'a, DB, I>(
        &'a self,
        evm: IsocortexEvm<DB, I>,
        ctx: EthBlockExecutionCtx<'a>,
    ) -> IsocortexBlockExecutor<'a, DB, I>
    where
        DB: StateDB,
        I: Inspector<EthEvmContext<DB>>,
    {
        IsocortexBlockExecutor::new(evm, ctx, self.0.spec())
    }
}
