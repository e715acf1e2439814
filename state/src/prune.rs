//! Forgetting past states.

use crate::{
    History, StateError, Store, column::Column, commit::Op, head::State, history::numbered, read::slot_key,
};

impl Store {
    /// How many past states the store keeps, and the first block whose state it still has.
    pub fn history(&self) -> (History, u64) {
        let state = self.lock();
        (state.history, state.first)
    }

    /// Keeps this much history from now on. States beyond it are forgotten block by block, each in a batch
    /// of its own that counts the block as forgotten, so that it may be cut short at any time and done
    /// again; those that are gone already do not come back. `progress` is told the blocks done and all.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt), [`Lost`](StateError::Lost), or what the disk says.
    pub fn prune(&self, history: History, mut progress: impl FnMut(u64, u64)) -> Result<(), StateError> {
        let mut state = self.lock();
        let start = state.first;
        let end = start.max(history.first(state.head.number));
        self.write(vec![], &State { history, ..*state })?;
        state.history = history;
        for number in start.saturating_add(1)..=end {
            let mut ops = Vec::new();
            self.forget(number, &mut ops)?;
            let next = State { first: number, ..*state };
            self.write(ops, &next)?;
            *state = next;
            progress(number.saturating_sub(start), end.saturating_sub(start));
        }
        Ok(())
    }

    /// The writes that remove a block's change set, and with it the state before the block.
    pub(crate) fn forget(&self, number: u64, ops: &mut Vec<Op>) -> Result<(), StateError> {
        for changed in self.changed(number)? {
            let key = numbered(changed.address.as_slice(), number);
            ops.push(Op::delete(Column::AccountHistory, &key));
            for slot in changed.slots {
                let key = numbered(&slot_key(changed.address, slot), number);
                ops.push(Op::delete(Column::StorageHistory, &key));
            }
        }
        ops.push(Op::delete(Column::Changes, &number.to_be_bytes()));
        Ok(())
    }

    /// Refuses a block whose state is not there.
    pub(crate) fn kept(&self, number: u64, state: &State) -> Result<(), StateError> {
        if number > state.head.number {
            return Err(StateError::Beyond { number, head: state.head.number });
        }
        if number < state.first {
            return Err(StateError::Pruned { number, first: state.first });
        }
        Ok(())
    }
}
