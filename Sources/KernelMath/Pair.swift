// Two numbers for one value. The rounding of x^2 is harmless until it becomes an exponent: near -12.9 it
// makes a naive x * exp(-x^2 / 2) 65 ULP wrong in f32. A pair carries the lost part into `exp`.

/// An unevaluated sum `hi + lo` with about twice the precision of one number.
struct Pair<N: Number> {
  /// The value, rounded.
  var hi: N
  /// What rounding lost.
  var lo: N

  /// The value `hi + lo`; `lo` is small against `hi`.
  @inline(__always) init(_ hi: N, _ lo: N) {
    self.hi = hi
    self.lo = lo
  }

  /// The negated value, exact.
  @inline(__always) static prefix func - (a: Pair) -> Pair { Pair(-a.hi, -a.lo) }

  /// The value times a power of two, exact.
  ///
  /// Other factors would lose what the pair is for.
  @inline(__always) func times(powerOfTwo factor: Double) -> Pair {
    Pair(hi * N(factor), lo * N(factor))
  }
}

extension Pair {
  /// The constant `hi + lo`, `hi` the nearest double and `lo` what it lacks.
  @inline(__always) init(constant hi: Double, _ lo: Double) {
    self.init(N(hi), N(lostBy: hi) + N(lo))
  }

  /// The sum, to about twice the precision of one number.
  @inline(__always) static func + (a: Pair, b: Pair) -> Pair {
    let sum = a.hi + b.hi
    let fromB = sum - a.hi
    let lost = (a.hi - (sum - fromB)) + (b.hi - fromB)
    return Pair(sum, lost + (a.lo + b.lo))
  }

  /// The product, to about twice the precision of one number.
  @inline(__always) static func * (a: Pair, b: Pair) -> Pair {
    let p = a.hi * b.hi
    return Pair(p, N.fma(a.hi, b.lo, N.fma(a.lo, b.hi, N.productError(a.hi, b.hi, p))))
  }
}

extension Pair {
  /// The quotient; see `quotient(_:_:_:)`.
  @inline(__always) static func / (n: Pair, d: Pair) -> Pair {
    N.quotient(n, d, N.inverse(d.hi))
  }
}

/// `a * b` with nothing lost.
@inline(__always) func product<N: Number>(_ a: N, _ b: N) -> Pair<N> {
  let p = a * b
  return Pair(p, N.productError(a, b, p))
}

/// `x * x` with nothing lost.
@inline(__always) func square<N: Number>(_ x: N) -> Pair<N> { product(x, x) }

/// `factor * e^(a.hi + a.lo)`, scaled last, so that subnormal results are rounded once.
///
/// Where the exponential is out of reach (below 2^-249 in f32, 2^-2019 in f64) the result is a zero with
/// the sign of `factor`, even where `factor` is infinite: the limit of x * exp(-x^2 / 2), not NaN.
/// NaN in, NaN out.
@inline(__always) func exp<N: Number>(_ a: Pair<N>, times factor: N) -> N {
  N.exp(a.hi, a.lo, times: factor)
}

/// `e^x = 2^k (hi + lo)`, for results that are scaled last.
@inline(__always) func exponential<N: Number>(_ x: N) -> (k: N, significand: Pair<N>) {
  N.exponential(x)
}

/// The same to about twice the precision of one number, for |x| up to 700.
@inline(__always) func exponentialPair<N: Number>(_ x: N) -> (k: N, significand: Pair<N>) {
  N.exponentialPair(x)
}

/// `factor * tanh(a.hi + a.lo)`, the product rounded once; finite factors.
@inline(__always) func tanh<N: Number>(_ a: Pair<N>, times factor: N) -> N {
  N.tanh(a.hi, a.lo, times: factor)
}

/// The sine of `a.hi + a.lo` radians.
@inline(__always) func sin<N: Number>(_ a: Pair<N>) -> Pair<N> { N.sin(a.hi, a.lo) }

/// `factor / (1 + e^-(a.hi + a.lo))`, the exponential scaled last, so that subnormal results are rounded once.
///
/// `a.hi` may be infinite, `a.lo` and the factor are finite. NaN in, NaN out.
@inline(__always) func sigmoid<N: Number>(_ a: Pair<N>, times factor: N) -> N {
  N.sigmoid(a.hi, a.lo, times: factor)
}
