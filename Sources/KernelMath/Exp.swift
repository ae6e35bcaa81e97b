// e^x on lanes. x = k log(2) + r with |r| <= log(2)/2, then e^x = 2^k (1 + r + r^2 q(r)), q a minimax
// polynomial (F32+Tables.swift, F64+Tables.swift). 2^k comes last, so subnormal results are rounded once.

extension Lanes {
  /// x = k log(2) + r; also r + r^2 q(r) = e^r - 1.
  @inline(__always) static func reduced(_ x: Self) -> (k: Self, expm1: Self) {
    let c = constants
    // Adding 1.5 * 2^p rounds to an integer in the low bits, which no conversion instruction beats.
    let k = fma(x, 1.442695040888963407359924681001892137, c.roundingMagic) - c.roundingMagic
    let r = fma(k, -c.log2Low, fma(k, -c.log2High, x))
    return (k, fma(r * r, expTail(r), r))
  }

  /// The same for hi + lo.
  @inline(__always) static func reduced(_ hi: Self, _ lo: Self) -> (k: Self, expm1: Self) {
    let c = constants
    let k = fma(hi, 1.442695040888963407359924681001892137, c.roundingMagic) - c.roundingMagic
    let r = fma(k, -c.log2Low, fma(k, -c.log2High, hi) + lo)
    return (k, fma(r * r, expTail(r), r))
  }

  /// e^-(hi + lo) = 2^-k (1 + expm1).
  @inline(__always) static func reducedNegative(_ hi: Self, _ lo: Self) -> (k: Self, expm1: Self) {
    let c = constants
    let k = fma(hi, 1.442695040888963407359924681001892137, c.roundingMagic) - c.roundingMagic
    let r = fma(k, c.log2Low, fma(k, c.log2High, -hi) - lo)
    return (k, fma(r * r, expTail(r), r))
  }

  /// `reduced` for the product a b, which is never rounded: the multiple of log(2) is near it, and the
  /// difference is rounded once, and small.
  @inline(__always) static func reduced(product a: Self, _ b: Self) -> (k: Self, expm1: Self) {
    let (k, r) = remainder(product: a, b)
    return (k, fma(r * r, expTail(r), r))
  }

  /// a b = k log(2) + r.
  @inline(__always) static func remainder(product a: Self, _ b: Self) -> (k: Self, r: Self) {
    let c = constants
    let k = fma(a * 1.442695040888963407359924681001892137, b, c.roundingMagic) - c.roundingMagic
    return (k, fma(k, -c.log2Low, product(a, b, minus: k * c.log2High)))
  }

  /// e^x = 2^k (hi + lo), for results that are scaled last.
  ///
  /// - Error: 0.6 ULP of hi, f32 and f64.
  /// - Beyond the floor (-173 f32, -1400 f64) and the ceiling (130 f32, 720 f64) as there; NaN: NaN.
  @inline(__always) static func exponential(_ x: Self) -> (k: Self, significand: Pair<Self>) {
    let (k, m) = reduced(max(min(x, constants.expCeiling), constants.expFloor))
    let one = 1 + m
    return (k, Pair(one, (1 - one) + m))
  }

  /// e^x = 2^k (hi + lo), for exponents of exponentials: one ULP of e^5 would be 100 ULP of e^-(e^5).
  ///
  /// - Valid range: |x| up to 80 f32, 700 f64.
  /// - Error: 2^-31 f32, 2^-62 f64, of the result.
  @inline(__always) static func exponentialPair(_ x: Self) -> (k: Self, significand: Pair<Self>) {
    let c = constants
    let k = fma(x, 1.442695040888963407359924681001892137, c.roundingMagic) - c.roundingMagic
    let difference = fma(k, -c.log2High, x)
    let p = k * c.log2Low
    let high = difference - p
    let low = ((difference - high) - p) - productError(k, c.log2Low, p)
    // e^s - 1 for s = r / 2^squarings by its Taylor series, of which only the first two terms need their low
    // parts; then (1 + e)^2 = 1 + (2e + e^2).
    let s = Pair(high, low).times(powerOfTwo: squarings == 1 ? 0.5 : 0.0625)
    var tail = fma(s.hi, 1.0 / 362880, 1.0 / 40320)
    tail = fma(tail, s.hi, 1.0 / 5040)
    tail = fma(tail, s.hi, 1.0 / 720)
    tail = fma(tail, s.hi, 1.0 / 120)
    tail = fma(tail, s.hi, 1.0 / 24)
    tail = fma(tail, s.hi, 1.0 / 6)
    let square = s.hi * s.hi
    let half = Pair(0.5 * square, fma(s.hi, s.lo, 0.5 * productError(s.hi, s.hi, square)))
    var e = s + half + Pair(s.hi * square * tail, 0)
    for _ in 0..<squarings { e = e.times(powerOfTwo: 2) + e * e }
    return (k, Pair(1, 0) + e)
  }

  /// factor * e^(hi + lo).
  ///
  /// - Valid range: any `hi`; `|lo|` up to a few ulp of `hi`; finite `|factor|` < 2^100, any where hi is
  ///   below the floor.
  /// - Error: 1.1 ULP f32, 1.1 ULP f64.
  /// - hi below the floor (-173 f32, -1400 f64) or -inf: a zero with factor's sign. hi = +inf: infinite.
  ///   NaN: NaN.
  @inline(__always) static func exp(_ hi: Self, _ lo: Self, times factor: Self) -> Self {
    let (k, m) = reduced(min(hi, constants.expCeiling), lo)
    let scaled = fma(factor, m, factor).scaled(byPowerOfTwo: k)
    return select(hi < constants.expFloor, Self(0).withSign(of: factor), scaled)
  }

  /// e^x.
  ///
  /// - Error: 1.0 ULP f32, 1.0 ULP f64, subnormal results included.
  /// - exp(-inf) = 0, exp(+inf) = inf, exp(NaN) = NaN; overflow gives inf.
  @inline(__always) static func exp(_ x: Self) -> Self {
    let (k, m) = reduced(max(min(x, constants.expCeiling), constants.expFloor))
    return (1 + m).scaled(byPowerOfTwo: k)
  }

  /// e^x - 1.
  ///
  /// - Error: 2.0 ULP f32, 2.0 ULP f64.
  /// - expm1(-inf) = -1, expm1(+inf) = inf, expm1(-0) = -0, expm1(NaN) = NaN.
  @inline(__always) static func expm1(_ x: Self) -> Self {
    // Below -60 the result is -1 in either precision, above the overflow it is infinite; 2^k / 2, because
    // 2^k itself may overflow.
    let (k, m) = reduced(max(min(x, constants.expOverflow), -60))
    let half = Self(0.5).scaled(byPowerOfTwo: k)
    let result = 2 * fma(m, half, half - 0.5)
    return select(abs(x) < 0x1p-60, x, result)
  }
}
