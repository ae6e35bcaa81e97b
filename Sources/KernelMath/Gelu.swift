// GELU. The textbook form loses the left tail (1.7e7 ULP: erf runs out before x e^(-x^2 / 2) does), so the
// exponential is scaled last.

extension Lanes {
  /// factor Phi(-|x|), Phi the normal distribution function.
  ///
  ///     factor e^(-x^2 / 2) erfcx(|x| / sqrt(2)) / 2
  @inline(__always) static func normalTail(_ x: Self, times factor: Self) -> Self {
    let p = x * x
    let h = erfcx(abs(x) * 0.70710678118654752440084436210484903928)
    return exp(-0.5 * p, -0.5 * productError(x, x, p), times: factor * (0.5 * h))
  }

  /// x Phi(x), Phi the normal distribution function.
  ///
  /// - Error: 5 ULP f32, 4.5 ULP f64, subnormal results included.
  /// - gelu(-inf) = -0, gelu(+inf) = inf, gelu(NaN) = NaN.
  @inline(__always) public static func gelu(_ x: Self) -> Self {
    let tail = normalTail(x, times: x)
    return select(x <= 0, tail, x - tail)
  }

  /// The derivative of gelu, Phi(x) + x phi(x).
  ///
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero at -0.752).
  /// - 0 at -inf, 1 at +inf, NaN at NaN.
  @inline(__always) public static func geluSlope(_ x: Self) -> Self {
    let p = x * x
    let tail = normalTail(x, times: 1)
    let density = exp(
      -0.5 * p, -0.5 * productError(x, x, p), times: x * 0.39894228040143267793994605993438)
    return select(x < 0, tail, 1 - tail) + density
  }
}
