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

  /// `x` where sigmoid and silu, times any number, are not nothing, and not 1 and x: a value and its slope share
  /// the exponential of what is left.
  @inline(__always) static func withinSigmoid(_ x: Self) -> Self {
    min(max(x, constants.gateFloor), 2 * constants.sigmoidCeiling)
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
    let near = withinSigmoid(x)
    let (k, m) = reducedNegative(near, 0)
    let y = quotient(near, denominator(m, plus: power(k))).scaled(byPowerOfTwo: k)
    return select(x > constants.sigmoidCeiling, x, y)
  }

  /// factor / (1 + e^-u) as a pair.
  ///
  /// - Error: 0.4 ULP of the pair, f32 and f64.
  /// - The factor where the sigmoid is 1. NaN in u or factor: NaN.
  @inline(__always) static func sigmoidPair(_ u: Pair<Self>, times factor: Pair<Self>) -> Pair<Self>
  {
    let near = withinSigmoid(u.hi)
    // Beyond the bounds the low part may be large, and is nothing.
    let (k, m) = reducedNegative(near, select(near == u.hi, u.known, 0))
    // 1 + m + 2^k, of which here nothing may be lost.
    let power = power(k)
    let t = m + power
    let part = t - m
    let one = 1 + t
    let d = Pair(one, ((1 - one) + t) + ((m - (t - part)) + (power - part)))
    let y = quotient(factor, d, inverse(one))
    let isRight = u.hi > constants.sigmoidCeiling
    return Pair(
      select(isRight, factor.hi, y.hi.scaled(byPowerOfTwo: k)),
      select(isRight, factor.lo, y.lo.scaled(byPowerOfTwo: k)))
  }

  /// factor x / (1 + e^-x).
  ///
  /// - Error: 1.7 ULP + 1e-29 f32, 1.7 ULP + 1e-288 f64 for |factor| < 1e36 (f32) or 1e304 (f64), the tail
  ///   included; beyond 3 ULP and as much as a subnormal silu(x) loses.
  /// - NaN where the product of the factor and silu(x) is.
  @inline(__always) static func silu(_ x: Self, times factor: Self) -> Self {
    let (k, m) = reducedNegative(withinSigmoid(x), 0)
    let d = denominator(m, plus: power(k))
    let inverse = inverse(d.hi)
    let bounded = max(x, constants.gateFloor)
    let n = factor * bounded
    let y = quotient(Pair(n, productError(factor, bounded, n)), d, inverse: inverse)
    // NaN where the product overflows before what makes it small has come: there the factor comes last.
    let last = factor * (bounded * inverse).scaled(byPowerOfTwo: k)
    return select(y == y, y.scaled(byPowerOfTwo: k), last)
  }

  /// s (1 + z (1 - s)) with s = sigmoid(hi + lo): the derivative of x sigmoid(v) for z = x v'.
  ///
  /// - Valid range: any `hi`, and finite `z` that e^-hi makes nothing of beyond twice `sigmoidCeiling`.
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero), for z up to 2 |hi|.
  @inline(__always) static func sigmoidSlope(_ hi: Self, _ lo: Self, _ z: Self) -> Self {
    let (k, m) = reducedNegative(withinSigmoid(hi), lo)
    return sigmoidSlope(k, expm1: m, z)
  }

  /// The same with e^-(hi + lo) = 2^-k (1 + m).
  @inline(__always) static func sigmoidSlope(_ k: Self, expm1 m: Self, _ z: Self) -> Self {
    let grown = 1 + m
    let inverse = inverse(grown + power(k))
    return (inverse * fma(z, grown * inverse, 1)).scaled(byPowerOfTwo: k)
  }

  /// The derivative of silu, s (1 + x (1 - s)) with s the sigmoid.
  ///
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero at -1.278).
  /// - 0 at -inf, 1 at +inf, NaN at NaN.
  @inline(__always) static func siluSlope(_ x: Self) -> Self {
    let near = withinSigmoid(x)
    let (k, m) = reducedNegative(near, 0)
    return sigmoidSlope(k, expm1: m, near)
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
  /// - Error: 1.5 ULP f32 (1 with AVX-512, beyond 9; 0.7 before), 1.5 ULP f64.
  /// - tanh(±inf) = ±1, tanh(-0) = -0, tanh(NaN) = NaN.
  @inline(__always) static func tanh(_ x: Self) -> Self { tanhByExponential(x) }

  /// The same on every level.
  @inline(__always) static func tanhByExponential(_ x: Self) -> Self {
    let (k, m) = reduced(max(-2 * abs(x), -2 * constants.sigmoidCeiling))
    let t = tanh(k, m)
    return (t.hi + t.lo).withSign(of: x)
  }

  /// factor tanh(hi + lo).
  ///
  /// - Valid range: any `hi`, `lo` up to a few ulp of `hi`; any finite factor.
  /// - Error: 1.4 ULP f32, 1.4 ULP f64.
  @inline(__always) static func tanh(_ hi: Self, _ lo: Self, times factor: Self) -> Self {
    let c = constants
    let sign = Self(1).withSign(of: hi)
    let x = max(-2 * abs(hi), -2 * c.sigmoidCeiling)
    let k = fma(x, 1.442695040888963407359924681001892137, c.roundingMagic) - c.roundingMagic
    let r = fma(k, -c.log2Low, fma(k, -c.log2High, x))
    // Near 0 `lo` is less than half a ULP of r, and so is half of what m loses.
    let bend = fma(r * r, expTail(r), -2 * sign * lo)
    let m = r + bend
    let t = tanh(k, m, lost: (r - m) + bend)
    let signed = sign * factor
    return product(signed, t.hi, plusLow: signed * t.lo).withSign(of: signed)
  }

  /// (1 - t) / (1 + t) with t = 2^k (1 + m + lost); 1 - 2^k is exact or nothing is lost by rounding it.
  @inline(__always) static func tanh(_ k: Self, _ m: Self, lost: Self? = nil) -> Pair<Self> {
    let power = power(k)
    let rest = 1 - power
    let part = power * m
    let n = rest - part
    var nLost = (rest - n) - part
    if let lost { nLost = fma(-power, lost, nLost) }
    let d = 2 - n
    return quotient(Pair(n, nLost), Pair(d, ((2 - d) - n) - nLost), inverseEstimate(d))
  }
}
