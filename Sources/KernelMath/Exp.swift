// e^x on lanes. x = k log(2) + r with |r| <= log(2)/2, then e^x = 2^k (1 + r + r^2 q(r)), q a minimax
// polynomial (F32+Tables.swift, F64+Tables.swift). 2^k comes last, so subnormal results are rounded once.

extension Lanes {
  /// hi + lo = k log(2) + r; also r + r^2 q(r) = e^r - 1.
  @inline(__always) static func reduced(_ hi: Self, _ lo: Self) -> (k: Self, expm1: Self) {
    let c = constants
    // Adding 1.5 * 2^p rounds to an integer in the low bits, which no conversion instruction beats.
    let k = fma(hi, 1.442695040888963407359924681001892137, c.roundingMagic) - c.roundingMagic
    let r = fma(k, -c.log2Low, fma(k, -c.log2High, hi)) + lo
    return (k, fma(r * r, expTail(r), r))
  }

  /// factor * e^(hi + lo).
  ///
  /// - Valid range: any `hi`; `|lo|` up to a few ulp of `hi`; finite `|factor|` < 2^100, any where hi is
  ///   below the floor.
  /// - Error: 1.1 ULP f32, 1.1 ULP f64.
  /// - hi below the floor (-173 f32, -1400 f64) or -inf: a zero with factor's sign. hi = +inf: infinite.
  ///   NaN: NaN.
  @inline(__always) public static func exp(_ hi: Self, _ lo: Self, times factor: Self) -> Self {
    let (k, m) = reduced(min(hi, constants.expCeiling), lo)
    let scaled = fma(factor, m, factor).scaled(byPowerOfTwo: k)
    return select(hi < constants.expFloor, Self(0).withSign(of: factor), scaled)
  }

  /// e^x.
  ///
  /// - Error: 1.0 ULP f32, 1.0 ULP f64, subnormal results included.
  /// - exp(-inf) = 0, exp(+inf) = inf, exp(NaN) = NaN; overflow gives inf.
  @inline(__always) public static func exp(_ x: Self) -> Self { exp(x, 0, times: 1) }

  /// e^x - 1.
  ///
  /// - Error: 2.0 ULP f32, 2.0 ULP f64.
  /// - expm1(-inf) = -1, expm1(+inf) = inf, expm1(-0) = -0, expm1(NaN) = NaN.
  @inline(__always) public static func expm1(_ x: Self) -> Self {
    // Below -60 the result is -1 in either precision, above the overflow it is infinite; 2^k / 2, because
    // 2^k itself may overflow.
    let (k, m) = reduced(max(min(x, constants.expOverflow), -60), 0)
    let half = Self(0.5).scaled(byPowerOfTwo: k)
    let result = 2 * fma(m, half, half - 0.5)
    return select(abs(x) < 0x1p-60, x, result)
  }

  /// 1 / (1 + e^-x).
  ///
  /// - Error: 2.2 ULP f32, 2.2 ULP f64, subnormal results included.
  /// - sigmoid(-inf) = 0, sigmoid(+inf) = 1, sigmoid(NaN) = NaN.
  @inline(__always) public static func sigmoid(_ x: Self) -> Self {
    // The textbook form overflows in the left tail, where the answer is e^x.
    let t = exp(-abs(x))
    return select(x < 0, t, 1) / (1 + t)
  }

  /// The hyperbolic tangent.
  ///
  /// - Error: 2.5 ULP f32, 2.5 ULP f64.
  /// - tanh(±inf) = ±1, tanh(-0) = -0, tanh(NaN) = NaN.
  @inline(__always) public static func tanh(_ x: Self) -> Self {
    let t = expm1(-2 * abs(x))
    return (-t / (t + 2)).withSign(of: x)
  }
}
