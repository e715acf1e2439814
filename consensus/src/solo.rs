//! Who decides the next block.

use crate::{Attributes, BlockApp, Built, Error, Recovered, TxEnvelope};

/// Decides which block is next. An engine sees the chain through [`BlockApp`] alone.
pub trait ConsensusEngine: Send {
    /// Offers candidates for the next block and returns it once it is decided and committed.
    ///
    /// # Errors
    /// [`Error::Node`] where this node cannot go on; [`Error::Invalid`] for unfit attributes.
    fn decide(
        &mut self,
        app: &dyn BlockApp,
        attributes: &Attributes,
        candidates: &[Recovered<TxEnvelope>],
    ) -> Result<Built, Error>;
}

/// The engine of a chain with one sealer: every block that it builds is decided.
#[derive(Clone, Copy, Debug, Default)]
pub struct Solo;

impl ConsensusEngine for Solo {
    fn decide(
        &mut self,
        app: &dyn BlockApp,
        attributes: &Attributes,
        candidates: &[Recovered<TxEnvelope>],
    ) -> Result<Built, Error> {
        let built = app.build(attributes, candidates)?;
        app.commit(built.executed.clone())?;
        Ok(built)
    }
}
