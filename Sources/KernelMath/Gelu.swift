// GELU. The textbook form loses the left tail (1.7e7 ULP: erf runs out before x e^(-x^2 / 2) does), so the
// exponential is scaled last.

extension Lanes {
  /// 2 e^(a^2 / 2) Phi(-a), Phi the normal distribution function: erfcx(a / sqrt(2)), as a pair, for a >= 0.
  @inline(__always) static func scaledNormalTail(_ a: Self) -> Pair<Self> {
    let c = constants.normalTailScale
    let d = fma(a, c, 1)
    return scaledErfc(Pair(d, product(a, c, minus: d - 1)))
  }

  /// x Phi(x), Phi the normal distribution function.
  ///
  /// - Error: 1.6 ULP f32, 2 ULP f64, subnormal results included.
  /// - gelu(-inf) = -0, gelu(+inf) = inf, gelu(NaN) = NaN.
  @inline(__always) static func gelu(_ x: Self) -> Self {
    let near = min(abs(x), constants.normalReach)
    let half = 0.5 * near
    let (k, m) = reduced(product: -half, near)
    let tail = product(half, onePlus: m, scaledNormalTail(near)).scaled(byPowerOfTwo: k)
    // -0, so that what is left of a tail that underflows is the negative zero.
    return max(x, -0.0) - tail
  }

  /// The derivative of gelu, Phi(x) + x phi(x).
  ///
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero at -0.752).
  /// - 0 at -inf, 1 at +inf, NaN at NaN.
  @inline(__always) static func geluSlope(_ x: Self) -> Self {
    let reach = constants.normalReach
    let near = max(min(x, reach), -reach)
    let (k, m) = reduced(product: -0.5 * near, near)
    let h = 0.5 * scaledNormalTail(abs(near)).hi
    let density = near * 0.39894228040143267793994605993438
    let sum = select(near < 0, density + h, density - h)
    let part = fma(sum, m, sum).scaled(byPowerOfTwo: k)
    return select(near < 0, part, 1 + part)
  }
}
