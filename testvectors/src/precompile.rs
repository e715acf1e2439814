//! Precompile cases: calls one after another on an empty state, each with its output, gas and events.

use crate::{Difference, Outcome};
use alloy_evm::{
    EvmInternals,
    precompiles::{Precompile, PrecompileInput, PrecompilesMap},
};
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use isocortex_inference::Backend;
use isocortex_precompiles::{Engine, GasSchedule, Transcript, install};
use revm::{
    DatabaseCommit,
    context::{BlockEnv, CfgEnv, Journal, JournalTr, TxEnv},
    database::InMemoryDB,
    precompile::{PrecompileStatus, Precompiles},
    primitives::hardfork::SpecId,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Memory for models: more than any vector has.
const BUDGET: u64 = 1 << 26;

/// Calls on one state, which is empty at first.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrecompileCase {
    /// Unique in its file.
    pub name: String,
    /// The price list, whole, so that no calibration changes a vector.
    pub schedule: GasSchedule,
    /// Number of the block.
    pub number: u64,
    /// Its base fee in wei.
    pub base_fee: u64,
    /// The calls in order.
    pub steps: Vec<Step>,
    /// Balances in the end, in wei; all others are zero.
    pub balances: BTreeMap<Address, U256>,
}

/// One call, as the EVM makes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Number of the transaction that it belongs to; with a new one everything is cold again.
    pub transaction: u64,
    /// The precompile.
    pub to: Address,
    /// Who calls.
    pub caller: Address,
    /// Gas limit of the call.
    pub gas: u64,
    /// Calldata.
    pub data: Bytes,
    /// Inside a STATICCALL.
    #[serde(default, rename = "static")]
    pub is_static: bool,
    /// By CALL or STATICCALL, not DELEGATECALL or CALLCODE.
    #[serde(default = "yes")]
    pub direct: bool,
    /// Wei sent along.
    #[serde(default)]
    pub value: u64,
    /// How it ends.
    pub end: Ending,
    /// Gas used; none where all of it is.
    pub used: Option<u64>,
    /// Return data, or the revert's.
    pub output: Bytes,
    /// `output` is only how the data begins: the rest is words for people.
    #[serde(default)]
    pub prefix: bool,
    /// Events: topics and data.
    #[serde(default)]
    pub logs: Vec<(Vec<B256>, Bytes)>,
}

const fn yes() -> bool {
    true
}

/// How a call of a precompile ends. The node's fault is no ending: then nothing was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// With its return data.
    Success,
    /// With a typed error.
    Revert,
    /// Short of gas.
    #[serde(rename = "out of gas")]
    OutOfGas,
}

/// Runs one case: each step's ending, output, gas and events, then the balances.
pub fn called(case: &PrecompileCase, backend: &Arc<dyn Backend>) -> Outcome {
    match Chain::new(case, backend).compare(case) {
        Ok(()) => Outcome::Equal,
        Err(Stop::Differs(difference)) => Outcome::Differs(*difference),
        Err(Stop::Fatal(why)) => Outcome::NotMeasured(why),
    }
}

enum Stop {
    Differs(Box<Difference>),
    Fatal(String),
}

impl From<Box<Difference>> for Stop {
    fn from(difference: Box<Difference>) -> Self {
        Self::Differs(difference)
    }
}

struct Chain {
    journal: Journal<InMemoryDB>,
    map: PrecompilesMap,
    block: BlockEnv,
    cfg: CfgEnv,
    tx: TxEnv,
}

impl Chain {
    fn new(case: &PrecompileCase, backend: &Arc<dyn Backend>) -> Self {
        let mut map = PrecompilesMap::from_static(Precompiles::latest());
        let engine = Arc::new(Engine::new(Arc::clone(backend), BUDGET));
        install(&mut map, engine, case.schedule, Transcript::default());
        let mut journal = Journal::new(InMemoryDB::default());
        journal.set_spec_id(SpecId::OSAKA);
        let block =
            BlockEnv { number: U256::from(case.number), basefee: case.base_fee, ..BlockEnv::default() };
        Self { journal, map, block, cfg: CfgEnv::new_with_spec(SpecId::OSAKA), tx: TxEnv::default() }
    }

    fn compare(&mut self, case: &PrecompileCase) -> Result<(), Stop> {
        let mut transaction = 0;
        for (index, step) in case.steps.iter().enumerate() {
            if step.transaction != transaction {
                self.commit();
                transaction = step.transaction;
            }
            let (end, used, output) = self.call(step)?;
            let logs: Vec<_> = self
                .journal
                .take_logs()
                .into_iter()
                .map(|Log { data, .. }| (data.topics().to_vec(), data.data.clone()))
                .collect();
            let at = |what: &str| format!("step {index}, {what}");
            Difference::unless_equal(&at("ending"), &step.end, &end)?;
            Difference::unless_equal(&at("gas used"), &step.used, &used)?;
            let output =
                if step.prefix { output.slice(..step.output.len().min(output.len())) } else { output };
            Difference::unless_equal(&at("output"), &step.output, &output)?;
            Difference::unless_equal(&at("events"), &step.logs, &logs)?;
        }
        self.commit();
        let accounts = &self.journal.db().cache.accounts;
        let balances: BTreeMap<_, _> = accounts
            .iter()
            .filter(|(_, account)| !account.info.balance.is_zero())
            .map(|(address, account)| (*address, account.info.balance))
            .collect();
        Ok(Difference::unless_equal("balances", &case.balances, &balances)?)
    }

    fn call(&mut self, step: &Step) -> Result<(Ending, Option<u64>, Bytes), Stop> {
        let Some(precompile) = self.map.get(&step.to) else {
            return Err(Stop::Fatal(format!("there is no precompile at {}", step.to)));
        };
        let checkpoint = self.journal.checkpoint();
        let result = precompile.call(PrecompileInput {
            data: &step.data,
            gas: step.gas,
            reservoir: 0,
            caller: step.caller,
            value: U256::from(step.value),
            target_address: if step.direct { step.to } else { step.caller },
            is_static: step.is_static,
            bytecode_address: step.to,
            internals: EvmInternals::new(&mut self.journal, &self.block, &self.cfg, &self.tx),
        });
        let output = result.map_err(|error| Stop::Fatal(error.to_string()))?;
        let (end, used) = match output.status {
            PrecompileStatus::Success => (Ending::Success, Some(output.gas_used)),
            PrecompileStatus::Revert => (Ending::Revert, Some(output.gas_used)),
            PrecompileStatus::Halt(reason) if reason.is_oog() => (Ending::OutOfGas, None),
            PrecompileStatus::Halt(reason) => return Err(Stop::Fatal(format!("halted: {reason:?}"))),
        };
        match end {
            Ending::Success => self.journal.checkpoint_commit(),
            _ => self.journal.checkpoint_revert(checkpoint),
        }
        Ok((end, used, output.bytes))
    }

    /// Ends the transaction: everything is cold afterwards.
    fn commit(&mut self) {
        self.journal.commit_tx();
        let state = self.journal.finalize();
        self.journal.db_mut().commit(state);
    }
}
