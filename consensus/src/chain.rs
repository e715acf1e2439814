//! A chain: a store, a machine, and the rules between them.

use crate::{
    Attributes, Block, BlockApp, Built, Decided, Error, Executed, Invalid, Recovered, TxEnvelope, genesis,
    validity::{self, derive},
};
use alloy_consensus::{
    BlockBody, EMPTY_OMMER_ROOT_HASH, Eip658Value, Header, ReceiptEnvelope, proofs,
    transaction::SignerRecoverable,
};
use alloy_primitives::B256;
use alloy_rlp::{Decodable, Encodable};
use isocortex_state::{BlockCommit, Genesis as StoreGenesis, Head, StateChanges, Store};
use isocortex_vm::{BlockOutput, CallRequest, Called, ChainSpec, Engine, Entry, Pushed, Rejection, Vm};
use rayon::prelude::*;
use revm::{database::BundleState, database_interface::WrapDatabaseRef, primitives::hardfork::SpecId};
use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

/// A chain in a directory.
#[derive(Debug)]
pub struct Chain {
    store: Store,
    vm: Vm,
    /// Held by many while they work on one head, and alone while the head moves: an execution that read half of
    /// its state before a commit and half after it would call a good block bad.
    gate: RwLock<()>,
}

impl Chain {
    /// Starts a chain from a genesis file's bytes, which are kept and must be equal for every node.
    ///
    /// # Errors
    /// [`Error::Genesis`], or [`Error::Node`] where the directory already holds a chain or cannot be written.
    pub fn create(path: impl AsRef<Path>, genesis_json: &[u8], engine: Arc<Engine>) -> Result<Self, Error> {
        let (genesis, spec) = genesis::parse(genesis_json)?;
        let block = genesis::block(&genesis, &spec);
        let alloc: StateChanges = genesis.alloc.iter().collect();
        let first = StoreGenesis {
            hash: block.header.hash_slow(),
            block_rlp: &alloy_rlp::encode(&block),
            spec: genesis_json,
            alloc: &alloc,
        };
        Ok(Self {
            store: Store::create(path, &first)?,
            vm: Vm::new(Arc::new(spec), engine),
            gate: RwLock::default(),
        })
    }

    /// Opens a chain.
    ///
    /// # Errors
    /// [`Error::Node`] with what to do about it.
    pub fn open(path: impl AsRef<Path>, engine: Arc<Engine>) -> Result<Self, Error> {
        let store = Store::open(path)?;
        let (_, spec) = genesis::parse(&store.spec()?)?;
        Ok(Self { store, vm: Vm::new(Arc::new(spec), engine), gate: RwLock::default() })
    }

    /// A chain over a store and a machine that were made elsewhere, such as a store in memory. The store's genesis
    /// must be one of the machine's spec.
    pub const fn from_parts(store: Store, vm: Vm) -> Self {
        Self { store, vm, gate: RwLock::new(()) }
    }

    /// The store, where nobody needs the chain any more.
    pub fn into_store(self) -> Store {
        self.store
    }

    /// The chain's rules.
    pub fn spec(&self) -> &ChainSpec {
        self.vm.spec()
    }

    /// The bytes of the genesis file that the chain was created from.
    ///
    /// # Errors
    /// [`Error::Node`].
    pub fn genesis_json(&self) -> Result<Vec<u8>, Error> {
        Ok(self.store.spec()?)
    }

    /// The store, to read from.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The machine, to execute on a state of one's own.
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// Executes a call on the head's state and forgets it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a call that could not start, [`Error::Node`]. A revert is a result.
    pub fn call(&self, request: &CallRequest) -> Result<Called, Error> {
        let _still = self.still();
        Ok(self.vm.call(self.state(), &self.head_header()?, request)?)
    }

    /// Keeps the head where it is.
    fn still(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> WrapDatabaseRef<&Store> {
        WrapDatabaseRef(&self.store)
    }

    fn parent(&self) -> Result<(Header, B256), Error> {
        let head = self.head();
        Ok((self.stored_block(head.number)?.header, head.hash))
    }

    fn stored_block(&self, number: u64) -> Result<Block, Error> {
        let rlp = self
            .store
            .block(number)?
            .ok_or_else(|| Error::Node(format!("block {number} is not in the store")))?;
        Block::decode(&mut &rlp[..]).map_err(|e| Error::Node(format!("block {number} in the store: {e}")))
    }

    fn fork(&self, header: &Header) -> SpecId {
        self.spec().rules_at(header.timestamp, header.number).fork
    }

    fn changes(&self, header: &Header, bundle: &BundleState) -> StateChanges {
        let changes = StateChanges::from(bundle);
        // EIP-161: before, empty accounts exist.
        if self.fork(header).is_enabled_in(SpecId::SPURIOUS_DRAGON) { changes } else { changes.keep_empty() }
    }

    /// Finds each transaction's sender from its signature, on as many threads as there are.
    ///
    /// # Errors
    /// The first transaction whose signature the block's fork refuses.
    pub fn recover(&self, block: &Block) -> Result<Vec<Recovered<TxEnvelope>>, Invalid> {
        let homestead = self.fork(&block.header).is_enabled_in(SpecId::HOMESTEAD);
        let sender = |tx: &TxEnvelope| {
            // EIP-2 refuses the upper half of the values of `s`.
            if homestead { tx.recover_signer() } else { tx.recover_signer_unchecked() }
        };
        let senders: Vec<_> = block.body.transactions.par_iter().map(sender).collect();
        let transactions = block.body.transactions.iter().zip(senders).enumerate();
        transactions
            .map(|(index, (tx, sender))| match sender {
                Ok(sender) => Ok(Recovered::new_unchecked(tx.clone(), sender)),
                Err(e) => Err(Invalid::Transaction { index, reason: Rejection::Signature(e.to_string()) }),
            })
            .collect()
    }

    /// [`BlockApp::execute`] for a block whose senders [`Self::recover`] has found.
    ///
    /// # Errors
    /// As [`BlockApp::execute`].
    pub fn execute_recovered(
        &self,
        block: Block,
        transactions: &[Recovered<TxEnvelope>],
    ) -> Result<Executed, Error> {
        let _still = self.still();
        let (parent, parent_hash) = self.parent()?;
        self.judge(&parent, parent_hash, &block)?;
        let output = self.output(&block, transactions)?;
        self.executed(block, output, true)
    }

    /// The rules that need no execution.
    fn judge(&self, parent: &Header, parent_hash: B256, block: &Block) -> Result<(), Error> {
        validity::before_execution(self.spec(), parent, parent_hash, block)?;
        if !block.body.ommers.is_empty() {
            let first = parent.number.saturating_sub(validity::ANCESTORS as u64);
            let ancestors = (first..=parent.number).rev().map(|number| {
                let block = self.stored_block(number)?;
                Ok((block.header.hash_slow(), block))
            });
            validity::check_ommers(self.spec(), block, &ancestors.collect::<Result<Vec<_>, Error>>()?)?;
        }
        Ok(())
    }

    fn output(&self, block: &Block, transactions: &[Recovered<TxEnvelope>]) -> Result<BlockOutput, Error> {
        let header = &block.header;
        let withdrawals = block.body.withdrawals.as_ref().map(|list| list.as_slice());
        let mut builder = self.vm.build_block(self.state(), header, withdrawals)?;
        builder = builder.with_ommers(&block.body.ommers);
        builder.reserve(transactions.len());
        // EIP-658: before, a receipt carries the state's root after its transaction in the place of a status.
        let rooted = !self.fork(header).is_enabled_in(SpecId::BYZANTIUM);
        let mut roots = vec![];
        for (index, tx) in transactions.iter().enumerate() {
            if let Pushed::Rejected(reason) = builder.push(tx)? {
                return Err(Invalid::Transaction { index, reason }.into());
            }
            if rooted {
                roots.push(self.store.root_after(&self.changes(header, builder.changes()))?);
            }
        }
        let mut output = builder.finish()?;
        for (receipt, root) in output.receipts.iter_mut().zip(roots) {
            if let ReceiptEnvelope::Legacy(receipt) = receipt {
                receipt.receipt.status = Eip658Value::PostState(root);
            }
        }
        Ok(output)
    }

    fn executed(&self, block: Block, output: BlockOutput, check: bool) -> Result<Executed, Error> {
        let state = self.store.prepare(&self.changes(&block.header, &output.bundle))?;
        let mut block = block;
        if check {
            validity::after_execution(&block.header, &output, state.root())?;
        } else {
            let h = &mut block.header;
            h.gas_used = output.gas_used;
            h.blob_gas_used = Some(output.blob_gas_used);
            h.receipts_root = output.receipts_root();
            h.logs_bloom = output.logs_bloom();
            h.requests_hash = Some(output.requests_hash());
            h.state_root = state.root();
        }
        let hash = block.header.hash_slow();
        Ok(Executed { block, hash, receipts: output.receipts, transcript: output.transcript, state })
    }
}

impl BlockApp for Chain {
    fn head(&self) -> Head {
        self.store.head()
    }

    fn head_header(&self) -> Result<Header, Error> {
        Ok(self.parent()?.0)
    }

    fn build(&self, attributes: &Attributes, candidates: &[Recovered<TxEnvelope>]) -> Result<Built, Error> {
        let _still = self.still();
        let (parent, parent_hash) = self.parent()?;
        let number = parent.number.saturating_add(1);
        if !self.spec().rules_at(attributes.timestamp, number).fork.is_enabled_in(SpecId::PRAGUE) {
            let text = "blocks are built from Prague on; this chain only imports them: set its pragueTime";
            return Err(Invalid::Execution(text.into()).into());
        }
        let derived = derive(self.spec(), &parent, attributes.timestamp);
        let header = Header {
            parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: attributes.beneficiary,
            number,
            gas_limit: parent.gas_limit,
            timestamp: attributes.timestamp,
            extra_data: attributes.extra_data.clone(),
            mix_hash: attributes.prev_randao,
            base_fee_per_gas: derived.base_fee,
            withdrawals_root: Some(proofs::calculate_withdrawals_root(&[])),
            excess_blob_gas: derived.excess_blob_gas,
            parent_beacon_block_root: Some(B256::ZERO),
            ..Header::default()
        };
        let (mut included, mut outcomes, mut rejected) = (vec![], vec![], vec![]);
        let mut builder = self.vm.build_block(self.state(), &header, Some(&[]))?;
        let mut left = validity::MAX_BLOCK_BYTES - validity::HEAD_BYTES;
        for (position, tx) in candidates.iter().enumerate() {
            // What the rules on bodies forbid must not get in: it would spoil the whole block.
            let wanted = tx.inner().length();
            if wanted > left {
                rejected.push((position, Rejection::BytesFull { wanted, left }));
                continue;
            }
            if validity::has_sidecar(tx.inner()) {
                rejected.push((position, Rejection::Sidecar));
                continue;
            }
            match builder.push(tx)? {
                Pushed::Included(outcome) => {
                    left -= wanted;
                    outcomes.push(outcome);
                    included.push(tx.inner().clone());
                }
                Pushed::Rejected(reason) => rejected.push((position, reason)),
            }
        }
        let output = builder.finish()?;
        let body =
            BlockBody { transactions: included, ommers: vec![], withdrawals: Some(Default::default()) };
        let header =
            Header { transactions_root: proofs::calculate_transaction_root(&body.transactions), ..header };
        let executed = self.executed(Block { header, body }, output, false)?;
        // The proposer's own choices are held to the rules too: a time that is too early, extra data, size.
        validity::before_execution(self.spec(), &parent, parent_hash, &executed.block)?;
        Ok(Built { executed, outcomes, rejected })
    }

    fn execute(&self, block: Block) -> Result<Executed, Error> {
        let _still = self.still();
        let (parent, parent_hash) = self.parent()?;
        self.judge(&parent, parent_hash, &block)?;
        let transactions = self.recover(&block)?;
        let output = self.output(&block, &transactions)?;
        self.executed(block, output, true)
    }

    fn commit(&self, executed: Executed) -> Result<Head, Error> {
        let (mut receipts, mut transcript) = (vec![], vec![]);
        alloy_rlp::encode_list(&executed.receipts, &mut receipts);
        alloy_rlp::encode_list(&executed.transcript, &mut transcript);
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        Ok(self.store.commit(BlockCommit {
            number: executed.block.header.number,
            hash: executed.hash,
            block_rlp: &alloy_rlp::encode(&executed.block),
            receipts_rlp: &receipts,
            transcript: &transcript,
            state: executed.state,
        })?)
    }

    fn decided(&self, number: u64) -> Result<Option<Decided>, Error> {
        let Some(hash) = self.store.block_hash(number)? else { return Ok(None) };
        let block = self.stored_block(number)?;
        let list = |bytes: Option<_>, what| stored_list(number, what, bytes.as_ref());
        let receipts: Vec<ReceiptEnvelope> = list(self.store.receipts(number)?, "receipts")?;
        let transcript = self.store.transcript(number)?;
        let transcript: Vec<Entry> = stored_list(number, "transcript", transcript.as_ref())?;
        Ok(Some(Decided { block, hash, receipts, transcript }))
    }
}

fn stored_list<T: Decodable>(
    number: u64,
    what: &str,
    bytes: Option<&alloy_primitives::Bytes>,
) -> Result<Vec<T>, Error> {
    let Some(bytes) = bytes else { return Ok(vec![]) };
    Vec::<T>::decode(&mut &bytes[..])
        .map_err(|e| Error::Node(format!("{what} of block {number} in the store: {e}")))
}
