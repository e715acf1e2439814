//! One call of a precompile: its input, its gas, and the state, every access paid before it is made.

use crate::{
    Engine, GasSchedule, REGISTRY_ADDRESS, Stop, Transcript,
    abi::{IInference, IModelRegistry, revert},
    error::state,
    gas::{COLD_ACCOUNT, COLD_SLOT, WARM},
    meter::Meter,
};
use alloy_evm::{EvmInternals, precompiles::PrecompileInput};
use alloy_primitives::{Address, Bytes, Log, U256};
use revm::{
    context::journaled_state::{JournalLoadError, account::JournaledAccountTr},
    precompile::{PrecompileError, PrecompileHalt, PrecompileOutput, PrecompileResult},
};
use std::sync::Arc;

/// What [`install`](crate::install) was given.
#[derive(Clone)]
pub(crate) struct Node {
    pub engine: Arc<Engine>,
    pub gas: GasSchedule,
    pub transcript: Transcript,
}

pub(crate) struct Frame<'a, 'b> {
    pub node: &'a Node,
    pub data: &'b [u8],
    pub caller: Address,
    pub is_static: bool,
    pub meter: Meter,
    pub internals: EvmInternals<'b>,
}

/// Runs a precompile's body and tells the three faults apart.
pub(crate) fn enter<'b>(
    node: &Node,
    input: PrecompileInput<'b>,
    body: fn(&mut Frame<'_, 'b>) -> Result<Bytes, Stop>,
) -> PrecompileResult {
    let (reservoir, direct, value) = (input.reservoir, input.is_direct_call(), input.value);
    let mut frame = Frame {
        node,
        data: input.data,
        caller: input.caller,
        is_static: input.is_static,
        meter: Meter::new(input.gas),
        internals: input.internals,
    };
    let result = frame.begin(direct, value).and_then(|()| body(&mut frame));
    let used = frame.meter.used();
    match result {
        Ok(bytes) => Ok(PrecompileOutput::new(used, bytes, reservoir)),
        Err(Stop::Revert(bytes)) => Ok(PrecompileOutput::revert(used, bytes, reservoir)),
        Err(Stop::OutOfGas) => Ok(PrecompileOutput::halt(PrecompileHalt::OutOfGas, reservoir)),
        Err(Stop::Node(error)) => Err(PrecompileError::Fatal(error.to_string())),
    }
}

impl Frame<'_, '_> {
    fn begin(&mut self, direct: bool, value: U256) -> Result<(), Stop> {
        self.meter.charge(self.node.gas.call(self.data.len()))?;
        // By DELEGATECALL a contract would act in its own name on storage that is not there. For inference
        // it would do no harm; it is refused all the same, so that one rule holds at every address.
        if !direct {
            return Err(revert(IInference::DelegateCall {}));
        }
        if !value.is_zero() {
            return Err(revert(IInference::NonPayable {}));
        }
        Ok(())
    }

    /// Refuses to go on in a STATICCALL, at any depth.
    pub(crate) fn writing(&self) -> Result<(), Stop> {
        if self.is_static { Err(revert(IModelRegistry::StaticCall {})) } else { Ok(()) }
    }

    /// Reaches an account, at the price of BALANCE or EXTCODESIZE (EIP-2929).
    pub(crate) fn account(&mut self, address: Address) -> Result<Box<dyn JournaledAccountTr + '_>, Stop> {
        self.meter.charge(WARM)?;
        let unpaid = self.meter.left() < COLD_ACCOUNT;
        let account = match self.internals.load_account_mut_skip_cold_load(address, unpaid) {
            Ok(account) => account,
            Err(JournalLoadError::ColdLoadSkipped) => return Err(Stop::OutOfGas),
            Err(JournalLoadError::DBError(error)) => return Err(state(error)),
        };
        if account.is_cold {
            self.meter.charge(COLD_ACCOUNT)?;
        }
        Ok(account.data)
    }

    /// A slot of the registry, at the price of SLOAD. The registry itself is warm, as all precompiles are.
    pub(crate) fn slot(&mut self, key: U256) -> Result<U256, Stop> {
        self.meter.charge(WARM)?;
        let unpaid = self.meter.left() < COLD_SLOT;
        let mut registry = self.internals.load_account_mut(REGISTRY_ADDRESS).map_err(state)?.data;
        let (value, is_cold) = match registry.sload(key, unpaid) {
            Ok(slot) => (slot.data.present_value(), slot.is_cold),
            Err(JournalLoadError::ColdLoadSkipped) => return Err(Stop::OutOfGas),
            Err(JournalLoadError::DBError(error)) => return Err(state(error)),
        };
        if is_cold {
            self.meter.charge(COLD_SLOT)?;
        }
        Ok(value)
    }

    /// Writes a slot of the registry; the caller has charged for it.
    pub(crate) fn set_slot(&mut self, key: U256, value: U256) -> Result<(), Stop> {
        self.internals.sstore(REGISTRY_ADDRESS, key, value).map(drop).map_err(state)
    }

    /// Emits an event of the registry; the caller has charged for it.
    pub(crate) fn emit(&mut self, event: &impl alloy_sol_types::SolEvent) {
        let data = event.encode_log_data();
        self.internals.log(Log { address: REGISTRY_ADDRESS, data });
    }

    /// The price of `gas`, taken.
    pub(crate) fn charge(&mut self, gas: u64) -> Result<(), Stop> {
        self.meter.charge(gas)
    }
}
