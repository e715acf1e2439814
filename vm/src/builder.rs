//! A block, transaction by transaction.

use crate::{
    AnyDatabase, ChainSpec, Entry, Error, IsocortexBlockExecutor, IsocortexEvm, NodeFault, Outcome,
    Rejection, tracer::Tracer,
};
use alloy_consensus::{
    Header, ReceiptEnvelope, Transaction, TxEnvelope, TxReceipt, proofs::calculate_receipt_root,
    transaction::Recovered,
};
use alloy_eips::{eip4895::Withdrawal, eip7685::Requests};
use alloy_evm::{
    Evm,
    block::{BlockExecutionError, BlockExecutionResult, BlockExecutor, BlockValidationError},
    eth::EthBlockExecutionCtx,
};
use alloy_primitives::{B256, Bloom};
use revm::{
    context_interface::result::ExecutionResult,
    database::{BundleState, State, states::bundle_state::BundleRetention},
};
use std::borrow::Cow;

/// The database of a block's EVM: the state before the block and what changed since.
pub(crate) type BlockState<'a> = State<AnyDatabase<'a>>;

/// What became of a transaction offered to a [`BlockBuilder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is in the block, whether it succeeded or failed.
    Included(Outcome),
    /// It is not, and has changed nothing.
    Rejected(Rejection),
}

/// An executed block.
#[derive(Clone, Debug)]
pub struct BlockOutput {
    /// One receipt a transaction.
    pub receipts: Vec<ReceiptEnvelope>,
    /// Gas that the transactions paid for.
    pub gas_used: u64,
    /// Blob gas of the transactions (EIP-4844).
    pub blob_gas_used: u64,
    /// EIP-7685 requests in ascending order of type, ours last.
    pub requests: Requests,
    /// Every inference, in order.
    pub transcript: Vec<Entry>,
    /// What the block changed, with what is needed to undo it.
    pub bundle: BundleState,
}

impl BlockOutput {
    fn new(
        (evm, result, transcript): (
            IsocortexEvm<BlockState<'_>, Tracer>,
            BlockExecutionResult<ReceiptEnvelope>,
            Vec<Entry>,
        ),
    ) -> Self {
        let (mut state, _) = evm.finish();
        state.merge_transitions(BundleRetention::Reverts);
        let BlockExecutionResult { receipts, gas_used, blob_gas_used, requests } = result;
        Self { receipts, gas_used, blob_gas_used, requests, transcript, bundle: state.take_bundle() }
    }

    /// Root of the receipts' trie, for the header.
    pub fn receipts_root(&self) -> B256 {
        calculate_receipt_root(&self.receipts)
    }

    /// Bloom filter over all logs, for the header.
    pub fn logs_bloom(&self) -> Bloom {
        self.receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom())
    }

    /// Hash of the requests (EIP-7685), for the header.
    pub fn requests_hash(&self) -> B256 {
        self.requests.requests_hash()
    }
}

/// Executes a block while its transactions are still being chosen.
///
/// Executing a finished block goes through the same steps, so a block that was built is a block that
/// executes. After an [`Error::Node`] the builder answers nothing but that fault.
#[derive(Debug)]
pub struct BlockBuilder<'a> {
    executor: IsocortexBlockExecutor<'a, BlockState<'a>, Tracer>,
    blob_gas_left: u64,
}

impl<'a> BlockBuilder<'a> {
    /// A block in which nothing has happened yet.
    pub(crate) fn bare(
        evm: IsocortexEvm<BlockState<'a>, Tracer>,
        spec: &'a ChainSpec,
        header: &Header,
        withdrawals: Option<&'a [Withdrawal]>,
    ) -> Self {
        let ctx = EthBlockExecutionCtx {
            parent_hash: header.parent_hash,
            parent_beacon_block_root: header.parent_beacon_block_root,
            ommers: &[],
            withdrawals: withdrawals.map(Cow::Borrowed),
            extra_data: header.extra_data.clone(),
            tx_count_hint: None,
            slot_number: None,
        };
        let blob_gas_left = spec.blob_params_at(header.timestamp).map_or(0, |p| p.max_blob_gas_per_block());
        Self { executor: IsocortexBlockExecutor::new(evm, ctx, spec), blob_gas_left }
    }

    /// Starts the block: makes the changes that come before its transactions.
    pub(crate) fn start(mut self) -> Result<Self, Error> {
        self.executor.apply_pre_execution_changes().map_err(block_error)?;
        Ok(self)
    }

    /// Names the uncles that the block includes. Before Paris their miners are rewarded.
    pub const fn with_ommers(mut self, ommers: &'a [Header]) -> Self {
        self.executor.set_ommers(ommers);
        self
    }

    /// Makes room for the receipts of `transactions`.
    pub fn reserve(&mut self, transactions: usize) {
        self.executor.reserve(transactions);
    }

    /// Executes `tx` on top of those included so far, and includes it unless the rules refuse it.
    ///
    /// # Errors
    /// [`Error::Node`] if this node cannot execute it, [`Error::InvalidBlock`] if the header is such
    /// that nothing can execute.
    pub fn push(&mut self, tx: &Recovered<TxEnvelope>) -> Result<Pushed, Error> {
        let outcome = self.include(tx, |result| Outcome::from(result.clone()))?;
        Ok(outcome.map_or_else(Pushed::Rejected, Pushed::Included))
    }

    /// [`Self::push`] with one look at the result before it becomes a receipt.
    pub(crate) fn include<T>(
        &mut self,
        tx: &Recovered<TxEnvelope>,
        look: impl FnOnce(&ExecutionResult) -> T,
    ) -> Result<Result<T, Rejection>, Error> {
        self.check_fault()?;
        let blob_gas = tx.blob_gas_used().unwrap_or_default();
        let Some(blob_gas_left) = self.blob_gas_left.checked_sub(blob_gas) else {
            return Ok(Err(Rejection::BlobsFull { wanted: blob_gas, left: self.blob_gas_left }));
        };
        let executed = match self.executor.execute_transaction_without_commit(tx) {
            Ok(executed) => executed,
            Err(error) => return rejection(error).map(Err),
        };
        let seen = look(&executed.result.result);
        self.executor.commit_transaction(executed);
        self.blob_gas_left = blob_gas_left;
        Ok(Ok(seen))
    }

    /// Receipts of the transactions included so far.
    pub fn receipts(&self) -> &[ReceiptEnvelope] {
        self.executor.receipts()
    }

    /// What the block has changed so far. Receipts before Byzantium commit to the state after each transaction.
    pub fn changes(&mut self) -> &BundleState {
        let (state, _, _) = self.executor.evm_mut().components_mut();
        state.merge_transitions(BundleRetention::Reverts);
        &state.bundle_state
    }

    /// Inferences of the transactions included so far.
    pub fn transcript(&self) -> &[Entry] {
        self.executor.transcript()
    }

    /// Ends the block: withdrawals, Ethereum's requests, the transcript's request.
    ///
    /// # Errors
    /// [`Error::Node`] if this node cannot, [`Error::InvalidBlock`] if a system contract fails.
    pub fn finish(self) -> Result<BlockOutput, Error> {
        self.check_fault()?;
        Ok(BlockOutput::new(self.executor.finish_with_transcript().map_err(block_error)?))
    }

    /// The output without what ends a block.
    pub(crate) fn finish_bare(self) -> Result<BlockOutput, Error> {
        self.check_fault()?;
        Ok(BlockOutput::new(self.executor.finish_bare()))
    }

    fn check_fault(&self) -> Result<(), Error> {
        self.executor.evm().fault().get().map_or(Ok(()), |fault| Err(fault.clone().into()))
    }
}

/// What an error of the block executor says about the block.
fn block_error(error: BlockExecutionError) -> Error {
    match &error {
        BlockExecutionError::Internal(internal) => match internal.downcast_other::<NodeFault>() {
            Some(fault) => fault.clone().into(),
            None => Error::InvalidBlock(error.to_string()),
        },
        BlockExecutionError::Validation(_) => Error::InvalidBlock(error.to_string()),
    }
}

/// What an error of the block executor says about the transaction that it was executing.
fn rejection(error: BlockExecutionError) -> Result<Rejection, Error> {
    use BlockValidationError::{InvalidTx, TransactionGasLimitMoreThanAvailableBlockGas};
    match error {
        BlockExecutionError::Validation(TransactionGasLimitMoreThanAvailableBlockGas {
            transaction_gas_limit: wanted,
            block_available_gas: left,
        }) => Ok(Rejection::BlockFull { wanted, left }),
        BlockExecutionError::Validation(InvalidTx { hash, error }) => match error.as_invalid_tx_err() {
            Some(reason) => Ok(Rejection::Invalid(reason.clone())),
            None => Err(block_error(InvalidTx { hash, error }.into())),
        },
        error => Err(block_error(error)),
    }
}
