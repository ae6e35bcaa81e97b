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

/// `factor * e^(a b)`, the product not rounded: `exp(product(a, b), times: factor)` also where it overflows.
@inline(__always) func exp<N: Number>(_ a: N, _ b: N, times factor: N) -> N {
  exp(exponent(a, b), times: factor)
}

/// `factor / (1 + e^-(a b))`, the product not rounded.
///
/// A factor may be infinite: it is the result where the sigmoid is 1, and nothing is left of it where the
/// sigmoid is 0. NaN in, NaN out.
@inline(__always) func sigmoid<N: Number>(_ a: N, _ b: N, times factor: N) -> N {
  let v = exponent(a, b)
  let y = sigmoid(v, times: factor)
  let limit = select(v.hi < 0, select(factor == factor, 0, factor), select(v.hi >= 0, factor, v.hi))
  return select(y == y, y, limit)
}

/// `a * b` as an exponent: nothing is lost, unless the product overflows.
@inline(__always) func exponent<N: Number>(_ a: N, _ b: N) -> Pair<N> {
  let p = product(a, b)
  return Pair(p.hi, p.known)
}

extension Pair {
  /// The low part, or 0 where what was lost is not known because the value is infinite or nearly so.
  @inline(__always) var known: N { N.select(lo == lo, lo, 0) }

  /// The value, rounded.
  @inline(__always) var rounded: N { N.select(N.abs(hi) == N(.infinity), hi, hi + known) }

  /// `a` where the mask is true, else `b`.
  @inline(__always) static func select(_ mask: N.Mask, _ a: Pair, _ b: Pair) -> Pair {
    Pair(N.select(mask, a.hi, b.hi), N.select(mask, a.lo, b.lo))
  }
}

/// `a` where the mask is true, else `b`.
@inline(__always) func select<N: Number>(_ mask: N.Mask, _ a: Pair<N>, _ b: Pair<N>) -> Pair<N> {
  Pair.select(mask, a, b)
}

/// `u sigmoid(u)` as a pair.
@inline(__always) func silu<N: Number>(_ u: Pair<N>) -> Pair<N> {
  N.sigmoidPair(u, times: Pair(max(u.hi, -4000), u.lo))
}
/// `factor sigmoid(u)` as a pair.
@inline(__always) func sigmoid<N: Number>(_ u: Pair<N>, times factor: Pair<N>) -> Pair<N> {
  N.sigmoidPair(u, times: factor)
}
/// `u erfc(-u / sqrt(2)) / 2` as a pair.
@inline(__always) func gelu<N: Number>(_ u: Pair<N>) -> Pair<N> {
  let y = N.geluPair(u.hi)
  // How gelu grows: by 1 or nearly, by a half, and in the tail as e^(-u^2 / 2).
  let slope = select(u.hi > 0.5, 1, select(u.hi < -1, -u.hi * y.hi, 0.5))
  return Pair(y.hi, fma(slope, u.known, y.lo))
}
