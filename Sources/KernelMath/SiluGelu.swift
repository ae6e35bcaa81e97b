// The two activations that are words of the formula language. Their textbook forms lose the left tail
// (1.7e7 ULP: sigmoid and erf run out before x e^x does), so the exponential is scaled last.

extension Lanes {
  /// x / (1 + e^-x).
  ///
  /// - Error: 2.5 ULP f32, 2.5 ULP f64, subnormal results included.
  /// - silu(-inf) = -0, silu(+inf) = inf, silu(NaN) = NaN.
  @inline(__always) public static func silu(_ x: Self) -> Self {
    let e = -abs(x)
    return select(x < 0, exp(e, 0, times: x), x) / (1 + exp(e, 0, times: 1))
  }

  /// The derivative of silu, s (1 + x (1 - s)) with s the sigmoid.
  ///
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero at -1.278).
  /// - 0 at -inf, 1 at +inf, NaN at NaN.
  @inline(__always) public static func siluSlope(_ x: Self) -> Self {
    let e = -abs(x)
    let t = exp(e, 0, times: 1)
    let inverse = 1 / (1 + t)
    // x s (1 - s) is x t / (1 + t)^2 on both sides of zero.
    return inverse * fma(exp(e, 0, times: x), inverse, select(x < 0, t, 1))
  }

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
