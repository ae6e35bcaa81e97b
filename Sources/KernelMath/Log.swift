// log x on lanes. x = m 2^k with m = 1 + f near 1, s = f / (2 + f), log(1 + f) = 2 atanh(s) as a minimax
// polynomial in s^2.

extension Lanes {
  /// log x for normal positive finite x.
  @inline(__always) static func logOfNormal(_ x: Self) -> Self {
    let (m, k) = x.split
    let f = m - 1
    let s = f / (2 + f)
    let s2 = s * s
    // 2s + s^3 L = f - s (f - s^2 L): the large term f is exact.
    let correction = s * (f - s2 * logTail(s2))
    return k * constants.log2High + (f - (correction - k * constants.log2Low))
  }

  /// The natural logarithm.
  ///
  /// - Error: 1.1 ULP f32, 1 ULP f64.
  /// - log(±0) = -inf, log(x < 0) = NaN, log(+inf) = inf, log(NaN) = NaN.
  @inline(__always) static func log(_ x: Self) -> Self {
    let c = constants
    let isSmall = x < c.smallestNormal
    let normal = select(isSmall, x * c.subnormalScale.factor, x)
    let raw = logOfNormal(normal)
    let shifted = raw - c.subnormalScale.exponent * 0.693147180559945309417232121458176568
    let finite = select(isSmall, shifted, raw)
    let infinity = Self(.infinity)
    let positive = select(x == infinity, infinity, finite)
    let atLeastZero = select(x == 0, -infinity, positive)
    return select(or(x < 0, x != x), Self(.nan), atLeastZero)
  }

  /// log(1 + x).
  ///
  /// - Error: 1.5 ULP f32, 1.5 ULP f64.
  /// - log1p(-1) = -inf, log1p(x < -1) = NaN, log1p(+inf) = inf, log1p(-0) = -0, log1p(NaN) = NaN.
  @inline(__always) static func log1p(_ x: Self) -> Self {
    // u = 1 + x rounded; what it lost, as a part of u, is added to log u.
    let u = 1 + x
    let x1 = u - 1
    let lost = (1 - (u - x1)) + (x - x1)
    let result = logOfNormal(u) + lost / u
    let infinity = Self(.infinity)
    let finite = select(abs(x) < 0x1p-60, x, result)
    let aboveMinusOne = select(x == infinity, infinity, select(x == -1, -infinity, finite))
    return select(or(x < -1, x != x), Self(.nan), aboveMinusOne)
  }
}
