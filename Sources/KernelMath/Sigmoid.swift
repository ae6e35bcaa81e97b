// The sigmoid and what is made of it. With e^-v = 2^-k (1 + m),
//
//     factor / (1 + e^-v) = 2^k factor / (1 + m + 2^k),
//
// where the quotient is taken to twice the precision and rounded, and 2^k comes last: no cancellation, no
// overflow, one rounding of subnormal results.

extension Lanes {
  /// 1 + m + part for |m| < 1/2 and part >= 0 up to 1 / ULP.
  @inline(__always) static func denominator(_ m: Self, plus part: Self) -> Pair<Self> {
    let t = m + part
    let d = 1 + t
    return Pair(d, (1 - d) + t)
  }

  /// factor / (1 + e^-(hi + lo)).
  ///
  /// - Valid range: any `hi`, finite `lo` up to a few ulp of `hi`; any finite factor. Where the sigmoid is
  ///   one to the last bit (above 18 in f32, 40 in f64), the result is factor within half a ULP or so.
  /// - Error: 1.6 ULP f32, 1.6 ULP f64; subnormal results are rounded once.
  /// - NaN in `hi` or factor: NaN.
  @inline(__always) static func sigmoid(_ hi: Self, _ lo: Self, times factor: Self) -> Self {
    let c = constants
    let (k, m) = reducedNegative(min(max(hi, c.expFloor), c.sigmoidCeiling), lo)
    return quotient(factor, denominator(m, plus: power(k))).scaled(byPowerOfTwo: k)
  }

  /// 2^k.
  @inline(__always) static func power(_ k: Self) -> Self { Self(1).scaled(byPowerOfTwo: k) }

  /// 1 / (1 + e^-x).
  ///
  /// - Error: 1.6 ULP f32, 1.6 ULP f64, subnormal results included.
  /// - sigmoid(-inf) = 0, sigmoid(+inf) = 1, sigmoid(NaN) = NaN.
  @inline(__always) static func sigmoid(_ x: Self) -> Self {
    let c = constants
    let (k, m) = reducedNegative(min(max(x, c.expFloor), c.sigmoidCeiling), 0)
    return quotient(1, denominator(m, plus: power(k))).scaled(byPowerOfTwo: k)
  }

  /// x / (1 + e^-x).
  ///
  /// - Error: 1.6 ULP f32, 1.6 ULP f64, subnormal results included.
  /// - silu(-inf) = -0, silu(+inf) = inf, silu(NaN) = NaN.
  @inline(__always) static func silu(_ x: Self) -> Self {
    let c = constants
    let bounded = max(x, c.expFloor)
    let (k, m) = reducedNegative(min(bounded, c.sigmoidCeiling), 0)
    let y = quotient(bounded, denominator(m, plus: power(k))).scaled(byPowerOfTwo: k)
    return select(x > c.sigmoidCeiling, x, y)
  }

  /// s (1 + z (1 - s)) with s = sigmoid(hi + lo): the derivative of x sigmoid(v) for z = x v'.
  ///
  /// - Valid range: any `hi`, and finite `z` that e^-hi makes nothing of beyond twice `sigmoidCeiling`.
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero), for z up to 2 |hi|.
  @inline(__always) static func sigmoidSlope(_ hi: Self, _ lo: Self, _ z: Self) -> Self {
    let c = constants
    let (k, m) = reducedNegative(min(max(hi, c.expFloor), 2 * c.sigmoidCeiling), lo)
    let grown = 1 + m
    let inverse = inverse(grown + power(k))
    return (inverse * fma(z, grown * inverse, 1)).scaled(byPowerOfTwo: k)
  }

  /// The derivative of silu, s (1 + x (1 - s)) with s the sigmoid.
  ///
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero at -1.278).
  /// - 0 at -inf, 1 at +inf, NaN at NaN.
  @inline(__always) static func siluSlope(_ x: Self) -> Self {
    let c = constants
    let bounded = min(max(x, c.expFloor), 2 * c.sigmoidCeiling)
    return sigmoidSlope(bounded, 0, bounded)
  }

  /// log(1 + e^x).
  ///
  /// - Error: 1.4 ULP f32, 1.4 ULP f64, subnormal results included.
  /// - softplus(-inf) = 0, softplus(+inf) = inf, softplus(NaN) = NaN.
  @inline(__always) static func softplus(_ x: Self) -> Self {
    // log(1 + t) = 2 atanh(s) with s = t / (2 + t), t = e^-|x|; s = 2^k q.
    let (k, m) = reduced(max(-abs(x), constants.expFloor))
    let n = 1 + m
    let power = power(k)
    let t = n * power
    let d = 2 + t
    let q = quotient(Pair(n, m - (n - 1)), Pair(d, t - (d - 2)), inverse(d))
    let s = q.hi * power
    let s2 = s * s
    let tail = fma(q.hi, s2 * atanhTail(s2), 2 * q.lo)
    return max(x, 0) + fma(q.hi, 2, tail).scaled(byPowerOfTwo: k)
  }

  /// The hyperbolic tangent.
  ///
  /// - Error: 1.5 ULP f32, 1.5 ULP f64.
  /// - tanh(±inf) = ±1, tanh(-0) = -0, tanh(NaN) = NaN.
  @inline(__always) static func tanh(_ x: Self) -> Self {
    // (1 - t) / (1 + t) with t = e^(-2|x|) = 2^k (1 + m); 1 - 2^k is exact or nothing is lost by rounding it.
    let (k, m) = reduced(max(-2 * abs(x), -2 * constants.sigmoidCeiling))
    let power = power(k)
    let rest = 1 - power
    let part = power * m
    let n = rest - part
    let nLost = (rest - n) - part
    let d = 2 - n
    let q = quotient(Pair(n, nLost), Pair(d, ((2 - d) - n) - nLost), inverseEstimate(d))
    return (q.hi + q.lo).withSign(of: x)
  }
}
