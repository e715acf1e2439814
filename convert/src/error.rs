//! Why a model cannot be converted.

use isocortex_model::Error as ModelError;

/// Why a network was not converted, or data not read. Every message says what to do where there is a remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// Not an ONNX file, or a damaged one.
    #[error("not a readable ONNX model: {0}")]
    Onnx(String),
    /// A bound of this crate.
    #[error("{what}: {got} is over the limit of {limit}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// How much there is.
        got: u64,
        /// How much there may be.
        limit: u64,
    },
    /// A part of ONNX that has no integer counterpart here.
    #[error("ONNX node `{node}` ({op}) is not supported: {reason}")]
    Unsupported {
        /// The node's name, or its first output where it has none.
        node: String,
        /// Its operator.
        op: String,
        /// What is in the way, and what to do.
        reason: String,
    },
    /// The model as a whole has a form that does not fit.
    #[error("the model does not fit: {0}")]
    Model(String),
    /// tract refused the model or failed to run it.
    #[error("the ONNX runtime refused {stage}: {reason}")]
    Runtime {
        /// What was being done.
        stage: &'static str,
        /// The runtime's words.
        reason: String,
    },
    /// Calibration or test data that do not fit the model.
    #[error("data: {0}")]
    Data(String),
    /// A layer whose numbers cannot be expressed in integers.
    #[error("layer `{layer}` cannot be quantised: {reason}")]
    Quantise {
        /// The ONNX node's name.
        layer: String,
        /// What is in the way, and what to do.
        reason: String,
    },
    /// The finished artifact breaks a rule of SPEC.md.
    #[error("the integer model is refused{}: {error}", layer.as_ref().map(|l| format!(" at layer `{l}`")).unwrap_or_default())]
    Check {
        /// The ONNX node that the offending integer node came from, where there is one.
        layer: Option<String>,
        /// The check's words.
        error: ModelError,
    },
    /// The integer model could not be run.
    #[error("the integer backend failed: {0}")]
    Backend(String),
    /// A file could not be read.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: String,
        /// Why.
        reason: String,
    },
}

impl ConvertError {
    pub(crate) fn runtime(stage: &'static str) -> impl Fn(tract_onnx::prelude::TractError) -> Self {
        move |e| Self::Runtime { stage, reason: short(&format!("{e:#}")) }
    }
}

/// Messages of the runtime may print whole tensors: the first 600 characters say what there is to know.
fn short(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(600) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// Runs `f`, and turns a panic of the ONNX runtime, which hostile files can cause, into an error.
pub(crate) fn guarded<T>(
    stage: &'static str,
    f: impl FnOnce() -> Result<T, ConvertError>,
) -> Result<T, ConvertError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(ConvertError::Runtime { stage, reason: format!("it panicked: {}", short(text)) })
    })
}
