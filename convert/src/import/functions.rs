//! ONNX's functions of one value.

use super::At;
use crate::{
    error::ConvertError,
    expr::{Bin, Expr, Func},
};

/// Operators of one activation that [`function`] knows, and three that others map.
pub(super) const FUNCTIONS: [&str; 32] = [
    "Abs",
    "Atan",
    "Ceil",
    "Celu",
    "Cos",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "LeakyRelu",
    "Log",
    "Mish",
    "Neg",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Sigmoid",
    "Sign",
    "Sin",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Swish",
    "Tanh",
    "ThresholdedRelu",
    "Clip",
    "Dropout",
    "Identity",
];

/// ONNX's LeakyRelu.
pub(super) fn leaky(slope: f64) -> Expr {
    Expr::pair(Bin::Add, Expr::X.max(0.0), Expr::X.min(0.0).mul(slope))
}

/// `scale·(max(x, 0) + alpha·(exp(min(x, 0)·steep) − 1))`
fn elu(scale: f64, alpha: f64, steep: f64) -> Expr {
    let tail = Expr::call(Func::Exp, Expr::X.min(0.0).mul(steep)).add(-1.0).mul(alpha);
    Expr::pair(Bin::Add, Expr::X.max(0.0), tail).mul(scale)
}

fn times_x(e: Expr) -> Expr {
    Expr::pair(Bin::Mul, Expr::X, e)
}

/// ONNX's definition of each function.
pub(super) fn function(at: &At<'_>) -> Result<Expr, ConvertError> {
    let a = &at.attributes;
    let call = |f| Expr::call(f, Expr::X);
    let softplus = || Expr::call(Func::Log, call(Func::Exp).add(1.0));
    Ok(match at.proto.op_type.as_str() {
        "Abs" => call(Func::Abs),
        "Atan" => call(Func::Atan),
        "Ceil" => call(Func::Ceil),
        "Cos" => call(Func::Cos),
        "Erf" => call(Func::Erf),
        "Exp" => call(Func::Exp),
        "Floor" => call(Func::Floor),
        "Log" => call(Func::Log),
        "Neg" => call(Func::Neg),
        "Round" => call(Func::Round),
        "Sign" => call(Func::Sign),
        "Sin" => call(Func::Sin),
        "Sqrt" => call(Func::Sqrt),
        "Tanh" => call(Func::Tanh),
        "Relu" => Expr::X.max(0.0),
        "Sigmoid" => Expr::X.sigmoid(),
        "Reciprocal" => Expr::pair(Bin::Div, Expr::Const(1.0), Expr::X),
        "LeakyRelu" => leaky(a.float("alpha", 0.01)),
        "Elu" => elu(1.0, a.float("alpha", 1.0), 1.0),
        "Celu" => {
            let alpha = a.float("alpha", 1.0);
            elu(1.0, alpha, 1.0 / alpha)
        }
        "Selu" => elu(a.float("gamma", 1.050_701), a.float("alpha", 1.673_263_2), 1.0),
        "HardSigmoid" => Expr::X.mul(a.float("alpha", 0.2)).add(a.float("beta", 0.5)).max(0.0).min(1.0),
        "HardSwish" => times_x(Expr::X.mul(1.0 / 6.0).add(0.5).max(0.0).min(1.0)),
        "Swish" => times_x(Expr::X.mul(a.float("alpha", 1.0)).sigmoid()),
        "Softplus" => softplus(),
        "Softsign" => Expr::pair(Bin::Div, Expr::X, call(Func::Abs).add(1.0)),
        "Mish" => times_x(Expr::call(Func::Tanh, softplus())),
        "Gelu" if a.text("approximate").as_deref() == Some("tanh") => {
            let cube = times_x(times_x(Expr::X)).mul(0.044_715);
            let inner = Expr::pair(Bin::Add, Expr::X, cube).mul((2.0 / std::f64::consts::PI).sqrt());
            times_x(Expr::call(Func::Tanh, inner).add(1.0)).mul(0.5)
        }
        "Gelu" => {
            times_x(Expr::call(Func::Erf, Expr::X.mul(std::f64::consts::FRAC_1_SQRT_2)).add(1.0)).mul(0.5)
        }
        "ThresholdedRelu" => {
            // sign(max(x − α, 0)) is 1 above α and 0 elsewhere.
            times_x(Expr::call(Func::Sign, Expr::X.add(-a.float("alpha", 1.0)).max(0.0)))
        }
        _ => return Err(at.unsupported("op set 1 has no counterpart for this operator")),
    })
}
