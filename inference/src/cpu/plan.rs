//! Memory: which values may lie in the same place.

use std::cmp::Reverse;
use std::ops::Range;

/// A value that needs a place, and the steps from the one that makes it to the last that reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub words: usize,
    pub first: usize,
    pub last: usize,
}

/// A place for each value (the same index), such that values alive at the same step never overlap; and the
/// words that all take.
///
/// These are no fewer than [`alive`] and may be more, since a value never moves: the largest are placed first, and
/// where that leaves more than a quarter unused, other orders are tried. No case is known that takes twice as many.
pub(super) fn place(lives: &[Life]) -> (Vec<Range<usize>>, usize) {
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

/// The most words alive at one step.
pub(super) fn alive(lives: &[Life]) -> usize {
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

    proptest! {
        #[test]
        fn values_alive_together_never_overlap(all in prop::collection::vec((1usize..50, 0usize..30, 0usize..9), 1..60)) {
            let lives: Vec<_> = all.iter().map(|&(words, first, n)| Life { words, first, last: first + n }).collect();
            let (places, total) = place(&lives);
            prop_assert!((alive(&lives)..2 * alive(&lives)).contains(&total));
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
