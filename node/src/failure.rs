//! Why a command has no result, and the exit statuses.

use isocortex_consensus::Error as ChainError;
use isocortex_state::StateError;
use std::{fmt::Display, io::Read, path::Path};

/// The longest file that is read whole: protobuf's, and so ONNX's, own limit. A model has at most 1 GiB of weights.
const MAX_FILE: u64 = 2 << 30;

const ONE_PROCESS: &str = "one process at a time opens a chain; wait for it or stop it";

/// What a command that did its work found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Done; equal; the call returned.
    Yes,
    /// Measured, and the answer is no: a replay differs, a call reverted, a transaction was refused.
    No,
    /// Nothing, or not everything, could be measured. Never reported as a pass.
    Unmeasured,
}

impl Verdict {
    /// The exit status: 0, 1 or 2.
    pub const fn status(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Unmeasured => 2,
        }
    }
}

/// A command that has no result, with what to do about it where that is known.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// [`Verdict::No`] where the outside world refused, [`Verdict::Unmeasured`] for all else.
    pub verdict: Verdict,
    /// What went wrong.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    /// The command could not do its work.
    pub fn new(message: impl Display) -> Self {
        Self { verdict: Verdict::Unmeasured, message: message.to_string(), hint: None }
    }

    /// The command did its work and was refused.
    pub fn refused(message: impl Display) -> Self {
        Self { verdict: Verdict::No, message: message.to_string(), hint: None }
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Reads a whole file of at most [`MAX_FILE`] bytes.
    ///
    /// # Errors
    /// A file that cannot be read, or is longer.
    pub fn read(path: &Path) -> Result<Vec<u8>, Self> {
        Self::read_at_most(path, MAX_FILE)
    }

    fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>, Self> {
        let file = std::fs::File::open(path).map_err(Self::file(path))?;
        let mut bytes = vec![];
        file.take(most + 1).read_to_end(&mut bytes).map_err(Self::file(path))?;
        if bytes.len() as u64 > most {
            return Err(Self::new(format_args!("{}: longer than {most} bytes", path.display())));
        }
        Ok(bytes)
    }

    /// A file that cannot be read or written.
    pub fn file(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |error| Self::new(format_args!("{}: {error}", path.display()))
    }
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        let text = error.to_string();
        match error {
            ChainError::Invalid(_) => Self::refused(text),
            ChainError::Genesis(_) => {
                Self::new(text).hint("`isocortex genesis` prints a genesis file that works, to start from")
            }
            ChainError::Node(_) if text.contains("in use by another process") => {
                Self::new(text).hint(ONE_PROCESS)
            }
            ChainError::Node(_) => Self::new(text),
        }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        let failure = Self::new(&error);
        match error {
            StateError::Missing(path) => {
                failure.hint(format_args!("start one with `isocortex init --data {}`", path.display()))
            }
            StateError::Locked(_) => failure.hint(ONE_PROCESS),
            StateError::Pruned { first, .. } => {
                failure.hint(format_args!("block {first} is the earliest to which there is a way back"))
            }
            StateError::Exists(_) | StateError::Foreign { .. } => {
                failure.hint("name a directory that is not there yet")
            }
            StateError::Full { .. } => {
                failure.hint("make room and try again; the last committed block is whole")
            }
            _ => failure,
        }
    }
}

impl From<isocortex_convert::ConvertError> for Failure {
    fn from(error: isocortex_convert::ConvertError) -> Self {
        use isocortex_convert::ConvertError::{Onnx, Unsupported};
        let failure = Self::new(&error);
        match error {
            Onnx(_) => failure.hint("give an .onnx file exported for inference, in float32"),
            Unsupported { .. } => {
                failure.hint("the operators that are understood are listed in convert's documentation")
            }
            _ => failure,
        }
    }
}

impl From<isocortex_inference::Error> for Failure {
    fn from(error: isocortex_inference::Error) -> Self {
        Self::new(error)
    }
}

impl From<isocortex_testvectors::Error> for Failure {
    fn from(error: isocortex_testvectors::Error) -> Self {
        Self::new(error)
            .hint("give a chain.jsonl made by `isocortex export`, a vector file, or a folder of vector files")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_file_is_not_read_to_its_end() {
        let endless = Failure::read_at_most(Path::new("/dev/zero"), 1000).unwrap_err();
        assert_eq!(endless.message, "/dev/zero: longer than 1000 bytes");
        assert_eq!(Failure::read_at_most(Path::new("/dev/null"), 0).unwrap(), b"");
    }
}
