//! Gas of one call.

use crate::error::Stop;

/// Counts what a call has used.
#[derive(Debug)]
pub(crate) struct Meter {
    limit: u64,
    left: u64,
}

impl Meter {
    pub(crate) const fn new(limit: u64) -> Self {
        Self { limit, left: limit }
    }

    /// Takes gas, before whatever it pays for.
    pub(crate) fn charge(&mut self, gas: u64) -> Result<(), Stop> {
        self.left = self.left.checked_sub(gas).ok_or(Stop::OutOfGas)?;
        Ok(())
    }

    pub(crate) const fn left(&self) -> u64 {
        self.left
    }

    pub(crate) const fn used(&self) -> u64 {
        self.limit - self.left
    }
}
