// GELU. The textbook form loses the left tail (1.7e7 ULP: erf runs out before x e^(-x^2 / 2) does), so the
// exponential is scaled last. On the right nothing is left of the tail long before it is subnormal, where it would
// cost several times as much: from `normalCeiling` on it stays what it is there.

extension Lanes {
  /// 2 e^(a^2 / 2) Phi(-a), Phi the normal distribution function: erfcx(a / sqrt(2)), as a pair, for a >= 0.
  ///
  /// - Valid range: a up to `gateReach`.
  @inline(__always) static func normalTailByDivision(_ a: Self) -> Pair<Self> {
    let c = constants.normalTailScale
    let d = fma(a, c, 1)
    return scaledErfc(Pair(d, product(a, c, minus: d - 1)))
  }

  /// x Phi(x), Phi the normal distribution function.
  ///
  /// - Error: 1.6 ULP f32, 2 ULP f64, subnormal results included.
  /// - gelu(-inf) = -0, gelu(+inf) = inf, gelu(NaN) = NaN.
  @inline(__always) static func gelu(_ x: Self) -> Self {
    let near = min(abs(min(x, constants.normalCeiling)), constants.normalReach)
    let half = 0.5 * near
    let (k, m) = reduced(product: -half, near)
    let tail = product(half, onePlus: m, scaledNormalTail(near)).scaled(byPowerOfTwo: k)
    // -0, so that what is left of a tail that underflows is the negative zero.
    return max(x, -0.0) - tail
  }

  /// Phi(x) = 2^k (hi + lo), k = 0 for x >= 0.
  @inline(__always) static func normalDistribution(_ x: Self) -> (weight: Pair<Self>, k: Self) {
    let near = min(abs(min(x, constants.normalCeiling)), constants.gateReach)
    let (k, r) = remainder(product: -0.5 * near, near)
    let bend = r * r * expTail(r)
    let m = r + bend
    let y = scaledNormalTail(near)
    // Half of what lacks to 1, or is left of it, as a pair: for x < 0 2^k is left out.
    let grown = fma(0.5, m, 0.5)
    let tail = grown * y.hi
    let grownLost = fma(0.5, m, 0.5 - grown) + 0.5 * ((r - m) + bend)
    let lost = fma(grown, y.lo, fma(grownLost, y.hi, productError(grown, y.hi, tail)))
    let isLeft = x < 0
    let early = select(isLeft, 0, k)
    let scaled = Pair(tail.scaled(byPowerOfTwo: early), lost.scaled(byPowerOfTwo: early))
    let one = 1 - scaled.hi
    let rest = ((1 - one) - scaled.hi) - scaled.lo
    let weight = Pair(select(isLeft, scaled.hi, one), select(isLeft, scaled.lo, rest))
    return (weight, select(isLeft, k, 0))
  }

  /// x Phi(x) as a pair.
  ///
  /// - Error: 1.2 ULP f32, 1.7 ULP f64 of `hi`.
  /// - geluPair(-inf) = 0, geluPair(+inf) = inf and NaN, geluPair(NaN) = NaN.
  @inline(__always) static func geluPair(_ x: Self) -> Pair<Self> {
    let (weight, k) = normalDistribution(x)
    let bounded = max(x, -constants.gateReach)
    let hi = bounded * weight.hi
    let lo = fma(bounded, weight.lo, productError(bounded, weight.hi, hi))
    return Pair(hi.scaled(byPowerOfTwo: k), lo.scaled(byPowerOfTwo: k))
  }

  /// factor x Phi(x).
  ///
  /// - Error: 1.8 ULP f32 for |factor| < 1e36, 2.2 ULP f64 for |factor| < 1e100, subnormal results included;
  ///   beyond 20 ULP and as much as a subnormal gelu(x) loses.
  /// - NaN where the product of the factor and gelu(x) is.
  @inline(__always) static func gelu(_ x: Self, times factor: Self) -> Self {
    let (weight, late) = normalDistribution(x)
    let bounded = max(x, -constants.gateReach)
    let n = factor * bounded
    let low = fma(n, weight.lo, productError(factor, bounded, n) * weight.hi)
    let result = product(n, weight.hi, plusLow: low).withSign(of: n)
    // NaN where the product overflows before what makes it small has come: there the factor comes last.
    let last = factor * (bounded * weight.hi).scaled(byPowerOfTwo: late)
    return select(result == result, result.scaled(byPowerOfTwo: late), last)
  }

  /// The derivative of gelu, Phi(x) + x phi(x).
  ///
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero at -0.752).
  /// - 0 at -inf, 1 at +inf, NaN at NaN.
  @inline(__always) static func geluSlope(_ x: Self) -> Self {
    let near = max(min(x, constants.normalCeiling), -constants.normalReach)
    let (k, m) = reduced(product: -0.5 * near, near)
    let h = 0.5 * scaledNormalTail(abs(near)).hi
    let density = near * 0.39894228040143267793994605993438
    let sum = select(near < 0, density + h, density - h)
    let part = fma(sum, m, sum).scaled(byPowerOfTwo: k)
    return select(near < 0, part, 1 + part)
  }
}
