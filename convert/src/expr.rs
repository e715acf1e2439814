//! Functions of one real variable: what becomes a [`Table8`](isocortex_model::ops::Table8), a clamp or a factor.
//!
//! Element-wise ONNX nodes that hang on one value are composed into one expression, so that GELU, SiLU or
//! hard-swish cost one table however the exporter spelled them. Evaluation uses correctly rounded IEEE
//! operations and the `libm` crate only: the bits are the same on every machine.

/// A function of x.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    X,
    Const(f64),
    Call(Func, Box<Expr>),
    Pair(Bin, Box<Expr>, Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Func {
    Exp,
    Log,
    Tanh,
    Erf,
    Sqrt,
    Abs,
    Neg,
    Floor,
    Ceil,
    Round,
    Sign,
    Sin,
    Cos,
    Atan,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bin {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
    Pow,
}

/// `clamp(a·x + b, lo, hi)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ramp {
    pub a: f64,
    pub b: f64,
    pub lo: f64,
    pub hi: f64,
}

/// Expressions beyond this size are not composed further; bounds recursion and memory.
pub(crate) const MAX_SIZE: usize = 128;

impl Expr {
    pub(crate) fn call(f: Func, e: Self) -> Self {
        Self::Call(f, Box::new(e))
    }

    pub(crate) fn pair(op: Bin, a: Self, b: Self) -> Self {
        Self::Pair(op, Box::new(a), Box::new(b))
    }

    pub(crate) fn add(self, c: f64) -> Self {
        Self::pair(Bin::Add, self, Self::Const(c))
    }

    pub(crate) fn mul(self, c: f64) -> Self {
        Self::pair(Bin::Mul, self, Self::Const(c))
    }

    pub(crate) fn max(self, c: f64) -> Self {
        Self::pair(Bin::Max, self, Self::Const(c))
    }

    pub(crate) fn min(self, c: f64) -> Self {
        Self::pair(Bin::Min, self, Self::Const(c))
    }

    pub(crate) fn sigmoid(self) -> Self {
        let e = Self::call(Func::Exp, self.mul(-1.0)).add(1.0);
        Self::pair(Bin::Div, Self::Const(1.0), e)
    }

    /// Number of parts.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::X | Self::Const(_) => 1,
            Self::Call(_, e) => 1 + e.size(),
            Self::Pair(_, a, b) => 1 + a.size() + b.size(),
        }
    }

    /// `self` after `inner`.
    pub(crate) fn of(&self, inner: &Self) -> Self {
        match self {
            Self::X => inner.clone(),
            Self::Const(c) => Self::Const(*c),
            Self::Call(f, e) => Self::call(*f, e.of(inner)),
            Self::Pair(op, a, b) => Self::pair(*op, a.of(inner), b.of(inner)),
        }
    }

    pub(crate) fn eval(&self, x: f64) -> f64 {
        match self {
            Self::X => x,
            Self::Const(c) => *c,
            Self::Call(f, e) => f.eval(e.eval(x)),
            Self::Pair(op, a, b) => op.eval(a.eval(x), b.eval(x)),
        }
    }

    /// The expression as a clamped straight line, where it is one.
    pub(crate) fn ramp(&self) -> Option<Ramp> {
        let whole = Ramp { a: 1.0, b: 0.0, lo: f64::NEG_INFINITY, hi: f64::INFINITY };
        match self {
            Self::X => Some(whole),
            Self::Const(_) => None,
            Self::Call(Func::Neg, e) => e.ramp()?.times(-1.0),
            Self::Call(..) => None,
            Self::Pair(op, a, b) => match (op, a.ramp(), b.ramp(), a.as_ref(), b.as_ref()) {
                (Bin::Add, Some(r), None, _, Self::Const(c))
                | (Bin::Add, None, Some(r), Self::Const(c), _) => r.plus(*c),
                (Bin::Mul, Some(r), None, _, Self::Const(c))
                | (Bin::Mul, None, Some(r), Self::Const(c), _) => r.times(*c),
                (Bin::Max, Some(r), None, _, Self::Const(c))
                | (Bin::Max, None, Some(r), Self::Const(c), _) => r.clamped(*c, f64::INFINITY),
                (Bin::Min, Some(r), None, _, Self::Const(c))
                | (Bin::Min, None, Some(r), Self::Const(c), _) => r.clamped(f64::NEG_INFINITY, *c),
                (Bin::Sub, Some(r), None, _, Self::Const(c)) => r.plus(-*c),
                (Bin::Sub, None, Some(r), Self::Const(c), _) => r.times(-1.0)?.plus(*c),
                (Bin::Div, Some(r), None, _, Self::Const(c)) => r.times(1.0 / *c),
                _ => None,
            },
        }
    }
}

impl Ramp {
    fn plus(self, c: f64) -> Option<Self> {
        let c = c.is_finite().then_some(c)?;
        Some(Self { b: self.b + c, lo: self.lo + c, hi: self.hi + c, ..self })
    }

    /// A factor of 0 would lose the line; it stays an expression.
    fn times(self, c: f64) -> Option<Self> {
        let c = (c.is_finite() && c != 0.0).then_some(c)?;
        let (lo, hi) = if c > 0.0 { (self.lo * c, self.hi * c) } else { (self.hi * c, self.lo * c) };
        Some(Self { a: self.a * c, b: self.b * c, lo, hi })
    }

    fn clamped(self, lo: f64, hi: f64) -> Option<Self> {
        (!lo.is_nan() && !hi.is_nan()).then_some(())?;
        Some(Self { lo: self.lo.max(lo).min(hi), hi: self.hi.min(hi).max(lo), ..self })
    }

    /// True where the line is x itself, so that only the bounds do something.
    pub(crate) fn is_clamp(&self) -> bool {
        self.a == 1.0 && self.b == 0.0
    }

    /// True where a bound does something.
    pub(crate) fn is_bounded(&self) -> bool {
        self.lo > f64::NEG_INFINITY || self.hi < f64::INFINITY
    }
}

impl Func {
    fn eval(self, x: f64) -> f64 {
        match self {
            Self::Exp => libm::exp(x),
            Self::Log => libm::log(x),
            Self::Tanh => libm::tanh(x),
            Self::Erf => libm::erf(x),
            Self::Sqrt => x.sqrt(),
            Self::Abs => x.abs(),
            Self::Neg => -x,
            Self::Floor => x.floor(),
            Self::Ceil => x.ceil(),
            Self::Round => x.round_ties_even(),
            Self::Sign if x == 0.0 => 0.0,
            Self::Sign => x.signum(),
            Self::Sin => libm::sin(x),
            Self::Cos => libm::cos(x),
            Self::Atan => libm::atan(x),
        }
    }
}

impl Bin {
    fn eval(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div => a / b,
            Self::Max => a.max(b),
            Self::Min => a.min(b),
            Self::Pow => libm::pow(a, b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_are_recognised() {
        let relu6 = Expr::X.max(0.0).min(6.0).ramp().unwrap();
        assert!(relu6.is_clamp() && (relu6.lo, relu6.hi) == (0.0, 6.0));
        // 6 − 2·relu(x) = clamp(−2x + 6, −∞, 6)
        let r = Expr::pair(Bin::Sub, Expr::Const(6.0), Expr::X.max(0.0).mul(2.0)).ramp().unwrap();
        assert_eq!(r, Ramp { a: -2.0, b: 6.0, lo: f64::NEG_INFINITY, hi: 6.0 });
        assert!(Expr::X.mul(0.0).ramp().is_none());
        assert!(Expr::pair(Bin::Mul, Expr::X, Expr::X).ramp().is_none());
        assert!(Expr::call(Func::Tanh, Expr::X).ramp().is_none());
    }

    #[test]
    fn composition_and_values() {
        let square = Expr::pair(Bin::Mul, Expr::X, Expr::X);
        assert_eq!(square.of(&Expr::X.add(1.0)).eval(2.0), 9.0);
        assert_eq!(Expr::X.sigmoid().eval(0.0), 0.5);
        assert_eq!(Expr::call(Func::Sign, Expr::X).eval(-0.0), 0.0);
        assert_eq!(square.of(&Expr::X.add(1.0)).size(), 7);
    }
}
