// The identity, or nearly, for positive inputs, and an exponential that saturates for negative ones.

/// ELU: exponential linear unit.
///
///     elu(x) = x > 0 ? x : alpha (exp(x) - 1)
///
/// elu'(0) = alpha. elu(NaN) = NaN, elu(-inf) = -alpha.
/// Source: arXiv:1511.07289, equation 15.
enum ELU: Activation {
  /// alpha.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x > 0, a.x, a.p.0 * expm1(a.x))
  }
}

/// CELU: the exponential linear unit whose slope at 0 is 1 for every alpha.
///
///     celu(x) = x > 0 ? x : alpha (exp(x / alpha) - 1)
///
/// celu(NaN) = NaN, celu(-inf) = -alpha.
/// Source: arXiv:1704.07483, equation 2.
enum CELU: Activation {
  /// alpha.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x > 0, a.x, a.p.0 * expm1(a.x / a.p.0))
  }

  /// exp(x / alpha), the quotient as a pair: rounded, it would cost the tail 50 ULP.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let (x, alpha) = (a.x, a.p.0)
    let q = x / alpha
    let rest = -L.product(q, alpha, minus: x) / alpha
    return Gradient(x: select(x > 0, 1, exp(Pair(q, rest), times: 1)))
  }
}

/// SELU: the scaled ELU whose layers keep mean 0 and variance 1.
///
///     selu(x) = 1.0507... (x > 0 ? x : 1.6732... (exp(x) - 1))
///
/// selu(NaN) = NaN, selu(-inf) = -1.7581; selu'(0) = 1.7581.
/// Source: arXiv:1706.02515, equation 2.
enum SELU: Activation {
  /// The formula, its two constants multiplied beforehand.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(
      a.x > 0, 1.0507009873554804934193349852946 * a.x,
      1.7580993408473768599402175208123 * expm1(a.x))
  }
}

/// APALU: a line that grows steeper for positive inputs, an ELU for negative ones.
///
///     apalu(x) = x >= 0 ? a x (1 + sigmoid(1.702 x)) : b (exp(x) - 1)
///
/// apalu'(0) = 1.5 a. apalu(NaN) = NaN, apalu(+inf) = inf, apalu(-inf) = -b.
/// Source: arXiv:2402.08244.
enum APALU: Activation {
  /// a, b.
  @inline(__always) static var parameters: Int { 2 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let s = sigmoid(1.702 * a.x)
    let one = 1 + s
    // What sum and product lose; infinity loses nothing.
    let line = product(a.p.0, a.x)
    let lost = fma(line.hi, (1 - one) + s, line.lo * one)
    let right = fma(line.hi, one, select(a.x == N(.infinity), 0, lost))
    return select(a.x >= 0, right, a.p.1 * expm1(a.x))
  }

  /// By x a (1 + s + z s (1 - s)) with z = 1.702 x, s = sigmoid(z); beyond z = 100 as there.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let isRight = a.x >= 0
    let z = clamp(1.702 * a.x, 0, 100)
    let t = exp(-z)
    let s = 1 / (1 + t)
    let slope = a.p.0 * (1 + s * fma(z * t, s, 1))
    return Gradient(
      x: select(isRight, slope, a.p.1 * exp(a.x)), p0: select(isRight, fma(a.x, s, a.x), 0),
      p1: select(isRight, 0, expm1(a.x)))
  }
}
