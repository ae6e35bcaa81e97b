// exp, the logistic function, its integral, and the Gaussian.

/// Exp: e^x.
///
/// exp(NaN) = NaN, exp(-inf) = 0; overflow gives inf.
enum Exp: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { exp(a.x) }
}

/// Sigmoid: the logistic function.
///
///     sigmoid(x) = 1 / (1 + exp(-x))
///
/// sigmoid(NaN) = NaN, sigmoid(+inf) = 1, sigmoid(-inf) = 0.
enum Sigmoid: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { sigmoid(a.x) }

  /// t / (1 + 2t + t^2) with t = e^-|x|; s (1 - s) would lose the right tail.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let t = exp(-abs(a.x))
    return Gradient(x: t / fma(t, t + 2, 1))
  }
}

/// LogSigmoid: the logarithm of the sigmoid.
///
///     log-sigmoid(x) = -log(1 + exp(-x))
///
/// log-sigmoid(NaN) = NaN, log-sigmoid(+inf) = 0, log-sigmoid(-inf) = -inf.
enum LogSigmoid: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { -softplus(-a.x) }
}

/// Softplus: a smooth ReLU, sharper for larger beta.
///
///     softplus(x) = log(1 + exp(beta x)) / beta
///
/// softplus(NaN) = NaN, softplus(+inf) = inf, softplus(-inf) = 0.
enum Softplus: Activation {
  /// beta.
  @inline(__always) static var parameters: Int { 1 }

  /// beta x as a pair: rounded, it would cost the tail 50 ULP.
  ///
  /// Where the product is large or infinite its low part says nothing.
  @inline(__always) static func scaled<N: Number>(_ a: Arguments<N>) -> Pair<N> {
    let z = product(a.p.0, a.x)
    return Pair(z.hi, select(abs(z.hi) < 1000, z.lo, 0))
  }

  /// The formula; the low part enters by the derivative, for which e^z (left) and 1 (right) are good enough.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let z = scaled(a)
    let y = softplus(z.hi)
    return fma(z.lo, select(z.hi < 0, y, 1), y) / a.p.0
  }

  /// sigmoid(beta x).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: sigmoid(scaled(a), times: 1))
  }
}

/// Gaussian: the bell curve.
///
///     gaussian(x) = exp(-x^2)
///
/// gaussian(NaN) = NaN, gaussian(±inf) = 0.
enum Gaussian: Activation {
  /// The formula; the square is never rounded, which would cost 80 ULP in the tails.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    exp(-square(a.x), times: 1)
  }
}
