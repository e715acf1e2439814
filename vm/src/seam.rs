//! Temporary: the part of the precompiles crate that this crate needs.
#![allow(missing_docs)]
use alloy_evm::precompiles::PrecompilesMap;
use alloy_primitives::{Address, B256, address};
use std::sync::{Arc, Mutex};

pub const PACKED_ADDRESS: Address = address!("000000000000000000000000000000000000c0c0");
pub const REGISTRY_ADDRESS: Address = address!("000000000000000000000000000000000000c000");
pub const INFERENCE_ADDRESS: Address = address!("000000000000000000000000000000000000c001");

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub model: B256,
    pub input: B256,
    pub output: B256,
    pub gas: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Transcript(Arc<Mutex<Vec<Call>>>);

impl Transcript {
    pub fn record(&self, call: Call) {
        if let Ok(mut calls) = self.0.lock() {
            calls.push(call);
        }
    }
    pub fn take(&self) -> Vec<Call> {
        self.0.lock().map(|mut calls| std::mem::take(&mut *calls)).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
pub struct Engine;

pub fn install(_map: &mut PrecompilesMap, _engine: Arc<Engine>, _transcript: Transcript) {}
