//! What was computed in a transaction, for whoever commits or audits it.

use alloy_primitives::B256;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

/// One inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Model id.
    pub model: B256,
    /// keccak-256 of the input bytes.
    pub input: B256,
    /// keccak-256 of the output bytes.
    pub output: B256,
    /// Its price in gas, royalty included: a function of the model's record and of nothing else.
    pub gas: u64,
}

/// The inferences that ran since it was last emptied, in order; one entry each input of a batch. A handle:
/// clones share the list.
#[derive(Clone, Debug, Default)]
pub struct Transcript(Arc<List>);

#[derive(Debug, Default)]
struct List {
    /// Whether there are any: most transactions make none, and are not to wait for a lock to learn it.
    any: AtomicBool,
    calls: Mutex<Vec<Call>>,
}

impl Transcript {
    /// Appends an inference.
    pub fn record(&self, call: Call) {
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(call);
        self.0.any.store(true, Ordering::Release);
    }

    /// Takes all entries.
    pub fn take(&self) -> Vec<Call> {
        if !self.0.any.load(Ordering::Acquire) {
            return Vec::new();
        }
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.any.store(false, Ordering::Release);
        std::mem::take(&mut calls)
    }
}
