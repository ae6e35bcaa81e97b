// erf and its relatives on lanes. erfc decays like e^(-x^2) / x; what is left, (1 + 2a) e^(a^2) erfc(a), is
// so smooth that one polynomial in (a - 2) / (a + 2) covers the whole half line.

extension Lanes {
  /// e^(a^2) erfc(a) for a >= 0.
  ///
  /// - Error: 4.5 ULP f32, 4 ULP f64, for a up to where erfc itself ends (10.5 f32, 27.5 f64); constant beyond.
  /// - a < 0: not valid. erfcx(NaN) = NaN.
  @inline(__always) public static func erfcx(_ a: Self) -> Self {
    let near = min(a, constants.erfcxReach)
    let numerator = erfcxNumerator((near - 2) / (near + 2))
    return numerator / fma(near, 2, 1)
  }

  /// 1 - erf(x), accurate in the tail.
  ///
  /// - Error: 5 ULP f32, 4.5 ULP f64, subnormal results included.
  /// - erfc(-inf) = 2, erfc(+inf) = 0, erfc(NaN) = NaN.
  @inline(__always) public static func erfc(_ x: Self) -> Self {
    let tail = tailOfErf(abs(x))
    return select(x < 0, 2 - tail, tail)
  }

  /// The error function.
  ///
  /// - Error: 2.5 ULP f32, 1.5 ULP f64.
  /// - erf(±inf) = ±1, erf(-0) = -0, erf(NaN) = NaN.
  @inline(__always) public static func erf(_ x: Self) -> Self {
    let a = abs(x)
    return select(a < 1, x * erfRatio(x * x), (1 - tailOfErf(a)).withSign(of: x))
  }

  /// erfc(a) for a >= 0; the square's rounding is carried into the exponential.
  @inline(__always) static func tailOfErf(_ a: Self) -> Self {
    let p = a * a
    return exp(-p, -productError(a, a, p), times: erfcx(a))
  }

  /// -1, 0 or 1; sign(±0) = ±0, sign(NaN) = NaN.
  @inline(__always) public static func sign(_ x: Self) -> Self {
    select(abs(x) > 0, Self(1).withSign(of: x), x)
  }
}
