// erf and its relatives on lanes. erfc decays like e^(-x^2) / x; what is left, (1 + ca) e^(a^2) erfc(a), is a
// smooth function of t = 1 / (1 + ca), and one polynomial in t covers the whole half line with one division.

extension Lanes {
  /// e^(a^2) erfc(a) and what rounding lost of it, for a >= 0 and 1 + ca as a pair.
  ///
  /// - Valid range: a up to `erfcxReach`.
  @inline(__always) static func scaledErfc(_ onePlusCA: Pair<Self>) -> Pair<Self> {
    let (t0, value0) = constants.erfcxMiddle
    let t = inverse(onePlusCA.hi)
    // -(what t lacks) / t: near a = 0 the result is up to three times as sensitive.
    let excess = fma(t, onePlusCA.lo, product(t, onePlusCA.hi, minus: 1))
    let u = t - t0
    let slope = erfcxTail(u)
    let p = fma(u, slope, value0)
    let pLost = fma(erfcxSlope(t), -excess, product(u, slope, minus: p - value0))
    let y = t * p
    return Pair(y, fma(t, pLost, productError(t, p, y)))
  }

  /// 1 + ca as a pair, for a scale c of two parts.
  @inline(__always) static func onePlus(_ a: Self, times c: Pair<Self>) -> Pair<Self> {
    let d = fma(a, c.hi, 1)
    return Pair(d, fma(a, c.lo, product(a, c.hi, minus: d - 1)))
  }

  /// factor (1 + m) y for |m| < 1/2, rounded once.
  @inline(__always) static func product(_ factor: Self, onePlus m: Self, _ y: Pair<Self>) -> Self {
    let grown = fma(factor, m, factor)
    let lost = product(factor, m, minus: grown - factor)
    return product(grown, y.hi, plusLow: fma(grown, y.lo, lost * y.hi))
  }

  /// e^(a^2) erfc(a) for a >= 0.
  ///
  /// - Error: 1.8 ULP f32, 2.5 ULP f64, for a up to where erfc itself ends (10.5 f32, 27.5 f64); constant beyond.
  /// - a < 0: not valid. erfcx(NaN) = NaN.
  @inline(__always) static func erfcx(_ a: Self) -> Self {
    let near = min(a, constants.erfcxReach)
    let y = scaledErfc(onePlus(near, times: constants.erfcxScale))
    return y.hi + y.lo
  }

  /// 1 - erf(x), accurate in the tail.
  ///
  /// - Error: 1.6 ULP f32, 2.2 ULP f64, subnormal results included.
  /// - erfc(-inf) = 2, erfc(+inf) = 0, erfc(NaN) = NaN.
  @inline(__always) static func erfc(_ x: Self) -> Self {
    let tail = tailOfErf(abs(x))
    return select(x < 0, 2 - tail, tail)
  }

  /// The error function.
  ///
  /// - Error: 1.3 ULP f32, 1.7 ULP f64 (1, 1.2 with FMA).
  /// - erf(±inf) = ±1, erf(-0) = -0, erf(NaN) = NaN.
  @inline(__always) static func erf(_ x: Self) -> Self {
    let a = abs(x)
    return select(a < 1, fma(x, erfExcess(x * x), x), (1 - tailOfErf(a)).withSign(of: x))
  }

  /// erfc(a) for a >= 0; the square is never rounded.
  @inline(__always) static func tailOfErf(_ a: Self) -> Self {
    let near = min(a, constants.erfcxReach)
    let (k, m) = reduced(product: -near, near)
    let y = scaledErfc(onePlus(near, times: constants.erfcxScale))
    return product(1, onePlus: m, y).scaled(byPowerOfTwo: k)
  }

  /// -1, 0 or 1; sign(±0) = ±0, sign(NaN) = NaN.
  @inline(__always) static func sign(_ x: Self) -> Self {
    select(abs(x) > 0, Self(1).withSign(of: x), x)
  }
}
