//! What became of the tests.

use serde::Serialize;
use std::collections::BTreeMap;

/// What became of one test, before anybody looked whether it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// The first thing that differs.
    Failed(String),
    /// Nothing was measured, and why.
    NotRun(String),
}

impl Outcome {
    pub(crate) fn not_run(why: &str) -> Self {
        Self::NotRun(why.to_owned())
    }
}

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// As Ethereum has it.
    pub passed: u64,
    /// Not so, and not listed; or listed and passed.
    pub failed: u64,
    /// Differs as the list of known differences says.
    pub listed: u64,
    /// Not measured.
    pub not_run: u64,
}

/// A test with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The test's full name.
    pub test: String,
    /// The first thing that differs, or why it was not run.
    pub what: String,
}

/// What a run found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Counts by kind ("state" or "block") and the tests' own name of the fork.
    pub forks: BTreeMap<String, Counts>,
    /// Tests that failed, by name.
    pub failures: Vec<Finding>,
    /// Tests that differ as listed, with the reason that the list gives.
    pub listed: Vec<Finding>,
    /// Tests that were not run.
    pub not_run: Vec<Finding>,
}

impl Summary {
    /// All forks together.
    pub fn total(&self) -> Counts {
        self.forks.values().fold(Counts::default(), |sum, one| Counts {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            listed: sum.listed + one.listed,
            not_run: sum.not_run + one.not_run,
        })
    }

    pub(crate) fn record(&mut self, fork: String, test: String, outcome: Outcome, listed: Option<&str>) {
        let counts = self.forks.entry(fork).or_default();
        match (outcome, listed) {
            (Outcome::Passed, None) => counts.passed += 1,
            (Outcome::Passed, Some(reason)) => {
                counts.failed += 1;
                let what = format!("passes, but is listed as known to differ: {reason}");
                self.failures.push(Finding { test, what });
            }
            (Outcome::Failed(_), Some(reason)) => {
                counts.listed += 1;
                self.listed.push(Finding { test, what: reason.to_owned() });
            }
            (Outcome::Failed(what), None) => {
                counts.failed += 1;
                self.failures.push(Finding { test, what });
            }
            (Outcome::NotRun(what), _) => {
                counts.not_run += 1;
                self.not_run.push(Finding { test, what });
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (fork, one) in other.forks {
            let sum = self.forks.entry(fork).or_default();
            sum.passed += one.passed;
            sum.failed += one.failed;
            sum.listed += one.listed;
            sum.not_run += one.not_run;
        }
        self.failures.extend(other.failures);
        self.listed.extend(other.listed);
        self.not_run.extend(other.not_run);
    }

    /// Findings in the order of names, whatever thread made them.
    pub(crate) fn sort(&mut self) {
        self.failures.sort();
        self.listed.sort();
        self.not_run.sort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_test_must_differ() {
        let mut summary = Summary::default();
        let mut record = |outcome, listed| summary.record("F".into(), "t".into(), outcome, listed);
        record(Outcome::Passed, None);
        record(Outcome::Passed, Some("why"));
        record(Outcome::Failed("x".into()), Some("why"));
        record(Outcome::Failed("x".into()), None);
        record(Outcome::not_run("y"), None);
        assert_eq!(summary.total(), Counts { passed: 1, failed: 2, listed: 1, not_run: 1 });
        assert_eq!(summary.failures.len(), 2);
    }
}
