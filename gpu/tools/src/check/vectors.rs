//! The test vectors of ops and models, made by the independent implementation.

use super::{Deadline, Options};
use crate::{Card, Verdict};
use isocortex_inference::Backend;
use isocortex_testvectors::{Kind, Outcome, Report, VectorFile, checked, load};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

pub(super) fn run(options: &Options, cards: &[Card], deadline: Deadline) -> Verdict {
    let begin = Instant::now();
    let mut files = vec![];
    for folder in ["ops", "models"] {
        match load(&options.vectors.join("data").join(folder)) {
            Ok(some) => files.extend(some),
            Err(error) => {
                println!("\nnot measured: the test vectors: {error}");
                return Verdict::NotMeasured;
            }
        }
    }
    println!();
    let mut worst = Verdict::Equal;
    for card in cards {
        let report = report(&files, card, options.workers(), deadline);
        report.entries.iter().filter(|entry| entry.outcome != Outcome::Equal).for_each(|entry| {
            let what = match &entry.outcome {
                Outcome::Differs(difference) => format!("DIFFERS {difference}"),
                Outcome::NotMeasured(why) => format!("FAILED {why}"),
                Outcome::Equal => String::new(),
            };
            println!("{what}: {}: {}", entry.file, entry.name);
        });
        let models = files.iter().flat_map(|file| match &file.cases {
            Kind::Models(cases) => cases.as_slice(),
            _ => &[],
        });
        let (mut all, mut on_card) = (0, 0);
        for case in models {
            all += 1;
            on_card += usize::from(checked(case).is_ok_and(|model| card.backend.covers(&model)));
        }
        let (equal, differ, failed) = report.counts();
        println!(
            "vectors, {}: {equal} of {all} equal, {differ} differ, {failed} failed; {on_card} run on the card, \
             {} on the CPU behind it",
            card.target.name(),
            all - on_card
        );
        worst = worst.max(match (differ + failed, equal == all) {
            (1.., _) => Verdict::Differs,
            (0, false) => Verdict::NotMeasured,
            (0, true) => Verdict::Equal,
        });
    }
    println!("{} s", begin.elapsed().as_secs());
    worst
}

/// Every case of every file that is begun in time.
fn report(files: &[VectorFile], card: &Card, workers: usize, deadline: Deadline) -> Report {
    let backend: Arc<dyn Backend> = Arc::clone(&card.backend) as Arc<dyn Backend>;
    let (next, whole) = (AtomicUsize::new(0), Mutex::new(Report::default()));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed))
                    && !deadline.is_over()
                {
                    let part = isocortex_testvectors::run(std::slice::from_ref(file), &backend);
                    whole.lock().unwrap_or_else(PoisonError::into_inner).extend(part);
                }
            });
        }
    });
    whole.into_inner().unwrap_or_else(PoisonError::into_inner)
}
