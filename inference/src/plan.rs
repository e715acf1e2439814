//! Memory: which values may lie in the same place.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::Range;

/// A value that needs a place, and the steps from the one that makes it to the last that reads it.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// Its size in the unit that places are in.
    pub words: usize,
    /// The step that makes it.
    pub first: usize,
    /// The last step that reads it, not before `first`.
    pub last: usize,
}

/// A place for each value (the same index), such that values alive at the same step never overlap; and the
/// words that all take.
///
/// These are no fewer than [`alive`] and may be more, since a value never moves: the largest are placed first, and
/// where that leaves more than a quarter unused, other orders are tried. No case is known that takes twice as many.
pub fn place(lives: &[Life]) -> (Vec<Range<usize>>, usize) {
    if lives.len() > FEW {
        let smallest_gap = by_time(lives);
        if smallest_gap.1 <= alive(lives) / 4 * 5 {
            return smallest_gap;
        }
    }
    let (alive, largest_first) = (alive(lives), in_order(lives, |life| Reverse(life.words)));
    if largest_first.1 <= alive + alive / 4 {
        return largest_first;
    }
    let longest_first = in_order(lives, |life| Reverse(life.last - life.first));
    let earliest_first = in_order(lives, |life| life.first);
    [largest_first, longest_first, earliest_first]
        .into_iter()
        .min_by_key(|(_, words)| *words)
        .unwrap_or_default()
}

/// Values up to which placing them in order, whose time grows with their square, is tried first.
const FEW: usize = 512;

/// The most words alive at one step.
pub fn alive(lives: &[Life]) -> usize {
    let mut changes: Vec<(usize, bool, usize)> = vec![];
    for life in lives {
        changes.extend([(life.first, true, life.words), (life.last + 1, false, life.words)]);
    }
    changes.sort_unstable(); // what ends before a step comes before what begins with it
    let mut now = 0;
    changes.into_iter().fold(0, |most, (_, begins, words)| {
        if begins {
            now += words
        } else {
            now -= words
        }
        most.max(now)
    })
}

/// Each in the order of a key, at the lowest place that is free.
fn in_order<K: Ord>(lives: &[Life], key: impl Fn(&Life) -> K) -> (Vec<Range<usize>>, usize) {
    let mut order: Vec<usize> = (0..lives.len()).collect();
    order.sort_by_key(|&i| key(&lives[i]));
    let mut places = vec![0..0; lives.len()];
    let mut placed: Vec<usize> = vec![]; // by where they start
    let mut total = 0;
    for i in order {
        let life = lives[i];
        let mut at = 0;
        for &other in &placed {
            let (o, place) = (lives[other], &places[other]);
            if o.last < life.first || life.last < o.first {
                continue;
            }
            if at + life.words <= place.start {
                break;
            }
            at = at.max(place.end);
        }
        places[i] = at..at + life.words;
        total = total.max(at + life.words);
        let index = placed.partition_point(|&other| places[other].start <= at);
        placed.insert(index, i);
    }
    (places, total)
}

/// In the order in which they are made, each in the smallest gap that it fits into: for many values, whose squares
/// would take long.
fn by_time(lives: &[Life]) -> (Vec<Range<usize>>, usize) {
    let mut order: Vec<usize> = (0..lives.len()).collect();
    order.sort_by_key(|&i| lives[i].first);
    let mut places = vec![0..0; lives.len()];
    let mut alive = BinaryHeap::new();
    let (mut gaps, mut total) = (Gaps::default(), 0);
    for i in order {
        let life = lives[i];
        while let Some(&Reverse((last, other))) = alive.peek()
            && last < life.first
        {
            alive.pop();
            let place: &Range<usize> = &places[other];
            gaps.add(place.clone());
        }
        let start = gaps.take(life.words).unwrap_or_else(|| gaps.take_last(total).unwrap_or(total));
        places[i] = start..start + life.words;
        total = total.max(places[i].end);
        alive.push(Reverse((life.last, i)));
    }
    (places, total)
}

/// Words between places that are free, by where they start and by their number.
#[derive(Default)]
struct Gaps {
    ends: BTreeMap<usize, usize>,
    sizes: BTreeSet<(usize, usize)>,
}

impl Gaps {
    fn insert(&mut self, gap: Range<usize>) {
        if !gap.is_empty() {
            self.sizes.insert((gap.len(), gap.start));
            self.ends.insert(gap.start, gap.end);
        }
    }

    fn remove(&mut self, start: usize, end: usize) {
        self.ends.remove(&start);
        self.sizes.remove(&(end - start, start));
    }

    /// Frees a place, which becomes one with the gaps beside it.
    fn add(&mut self, mut gap: Range<usize>) {
        if let Some((&start, &end)) = self.ends.range(..gap.start).next_back()
            && end == gap.start
        {
            self.remove(start, end);
            gap.start = start;
        }
        if let Some(&end) = self.ends.get(&gap.end) {
            self.remove(gap.end, end);
            gap.end = end;
        }
        self.insert(gap);
    }

    /// The start of the smallest gap of at least so many words, of which these are taken.
    fn take(&mut self, words: usize) -> Option<usize> {
        let &(size, start) = self.sizes.range((words, 0)..).next()?;
        self.remove(start, start + size);
        self.insert(start + words..start + size);
        Some(start)
    }

    /// The start of the gap that ends at `total`, which is taken whole.
    fn take_last(&mut self, total: usize) -> Option<usize> {
        let (&start, &end) = self.ends.last_key_value()?;
        (end == total).then(|| {
            self.remove(start, end);
            start
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_chain_needs_two_places() {
        let life = |i: usize| Life { words: 10 + i, first: i, last: i + 1 };
        let (places, total) = place(&[0, 1, 2, 3, 4].map(life));
        assert_eq!(total, 14 + 13);
        assert_eq!(places[4].start, 0);
    }

    #[test]
    fn many_values_take_little_more_than_those_alive() {
        // A chain of 4,096 with a value from each 16th step to the end.
        let n = 4_096;
        let life = |i: usize| Life {
            words: 10 + i % 7,
            first: i,
            last: if i.is_multiple_of(16) { n } else { i + 1 },
        };
        let lives: Vec<_> = (0..n).map(life).collect();
        let alive = |at: usize| lives.iter().filter(|l| l.first <= at && at <= l.last).map(|l| l.words).sum();
        let most: usize = (0..n).map(alive).max().unwrap();
        let (_, total) = place(&lives);
        assert!(total <= most + most / 4, "{total} of {most}");
    }

    proptest! {
        #[test]
        fn values_alive_together_never_overlap(all in prop::collection::vec((1usize..50, 0usize..30, 0usize..9), 1..60)) {
            let lives: Vec<_> = all.iter().map(|&(words, first, n)| Life { words, first, last: first + n }).collect();
            let (placed, total) = place(&lives);
            prop_assert!((alive(&lives)..2 * alive(&lives)).contains(&total));
            for (places, total) in [(placed, total), by_time(&lives)] {
            for (i, a) in lives.iter().enumerate() {
                prop_assert_eq!(places[i].len(), a.words);
                prop_assert!(places[i].end <= total);
                for (j, b) in lives.iter().enumerate().skip(i + 1) {
                    let together = a.first <= b.last && b.first <= a.last;
                    let apart = places[i].end <= places[j].start || places[j].end <= places[i].start;
                    prop_assert!(apart || !together, "{} and {}", i, j);
                }
            }
            }
        }
    }
}
