// e^(-x^2 / 2), the bump of CRReLU, GoLU, GELU's derivative. As `exp` of a product it costs five operations
// more: here x is bounded instead of the exponent, and the square is never rounded because it meets the
// multiple of log(2) inside one FMA.

extension Lanes {
  /// `x` where e^(-x^2 / 2) is not nothing, else the bound with x's sign, so that neither the square nor
  /// a product with x overflows: the limit of x * e^(-x^2 / 2) at ±inf is 0, not NaN.
  @inline(__always) static func withinGaussian(_ x: Self) -> Self {
    x.within(constants.gaussianReach)
  }

  /// factor * e^(-x^2 / 2).
  ///
  /// - Valid range: |x| <= `gaussianReach`, which `withinGaussian` sees to; any finite factor.
  /// - Error: 2 ULP f32, 2 ULP f64; subnormal results are rounded once.
  @inline(__always) static func gaussian(_ x: Self, times factor: Self) -> Self {
    let (k, m) = reducedGaussian(x)
    return fma(factor, m, factor).scaled(byPowerOfTwo: k)
  }

  /// (factor.hi + factor.lo) e^(-x^2 / 2), for a factor that is a product itself.
  ///
  /// - Valid range: as above.
  /// - Error: 2 ULP f32, 2 ULP f64; subnormal results are rounded once.
  @inline(__always) static func gaussian(_ x: Self, times factor: Pair<Self>) -> Self {
    let (k, m) = reducedGaussian(x)
    return (factor.hi + fma(factor.hi, m, factor.lo)).scaled(byPowerOfTwo: k)
  }

  /// e^(-x^2 / 2) = 2^k (1 + expm1).
  @inline(__always) static func reducedGaussian(_ x: Self) -> (k: Self, expm1: Self) {
    let c = constants
    let k = fma(x * -0.72134752044448170367996234050, x, c.roundingMagic) - c.roundingMagic
    // x^2 = -2 k log(2) + q. The multiple of log(2) is exact and near x^2: the difference is rounded
    // once, and small.
    let q = fma(k, 2 * c.log2Low, product(x, x, minus: k * (-2 * c.log2High)))
    let tail = gaussianTail(q)
    // The first is faster; it rounds the larger part twice more, for which only FMA leaves room.
    return (k, hasFMA ? q * fma(tail, q, -0.5) : fma(q * q, tail, -0.5 * q))
  }
}
