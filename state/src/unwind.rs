//! Going back: a reorganisation takes blocks off the end by their change sets.

use crate::{Head, StateError, Store, column::Column, commit::Op, head::State};

/// Blocks that one batch takes off. A batch is in memory whole.
const STEP: u64 = 64;

impl Store {
    /// Makes block `to` the head again and removes all after it. Long ways back are several atomic batches,
    /// each of which ends at a block, so that being cut short leaves a whole chain. `progress` is told the
    /// blocks done and all.
    ///
    /// # Errors
    /// [`Pruned`](StateError::Pruned), [`Beyond`](StateError::Beyond), [`Root`](StateError::Root) where
    /// the change sets do not lead to the block's state root (nothing of that batch is written),
    /// [`Corrupt`](StateError::Corrupt), [`Lost`](StateError::Lost), or what the disk says.
    pub fn unwind(&self, to: u64, mut progress: impl FnMut(u64, u64)) -> Result<Head, StateError> {
        let mut state = self.lock();
        self.kept(to, &state)?;
        let start = state.head.number;
        while state.head.number > to {
            let from = state.head.number;
            let step = to.max(from.saturating_sub(STEP));
            let head = self.recorded(step)?;
            let plan = self.plan_targets(&self.targets_at(step, from)?)?;
            if plan.root != head.state_root {
                return Err(StateError::Root { computed: plan.root, recorded: head.state_root });
            }
            let mut ops = plan.ops;
            for number in step.saturating_add(1)..=from {
                self.forget(number, &mut ops)?;
                let hash = self.recorded(number)?.hash;
                let key = number.to_be_bytes();
                ops.push(Op::delete(Column::BlockNumbers, hash.as_slice()));
                let columns = [Column::Blocks, Column::BlockHashes, Column::Receipts, Column::Transcripts];
                ops.extend(columns.map(|column| Op::delete(column, &key)));
            }
            let next = State { head, ..*state };
            self.write(ops, &next)?;
            *state = next;
            progress(start.saturating_sub(step), start.saturating_sub(to));
        }
        Ok(state.head)
    }
}
