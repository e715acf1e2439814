//! Tests that are known to end otherwise than they say, by their full names.

use crate::Error;
use serde::Deserialize;
use std::collections::HashMap;

/// One reason and its tests.
#[derive(Debug, Deserialize)]
struct Family {
    reason: String,
    tests: Vec<String>,
}

/// The names that a run is to expect differences from, with the reason.
pub(crate) struct Listed(HashMap<String, String>);

impl Listed {
    /// The lists of a run with or without inference.
    pub(crate) fn load(inference: bool) -> Result<Self, Error> {
        let always = include_str!("../data/listed.json");
        let with_inference = include_str!("../data/listed-inference.json");
        let mut names = HashMap::new();
        for json in [Some(always), inference.then_some(with_inference)].into_iter().flatten() {
            for Family { reason, tests } in serde_json::from_str::<Vec<Family>>(json).map_err(Error::List)? {
                names.extend(tests.into_iter().map(|test| (test, reason.clone())));
            }
        }
        Ok(Self(names))
    }

    pub(crate) fn reason(&self, test: &str) -> Option<&str> {
        self.0.get(test).map(String::as_str)
    }
}
