// The polynomials of F32. Each line is one step of Horner's rule; constants are hexadecimal because a decimal
// would hide which double they are.

extension F32 {
  /// The tail (e^r - 1 - r) / r^2 for |r| <= log(2)/2, error relative to e^r.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 3.121e-9.
  @inline(__always) public static func expTail(_ r: Self) -> Self {
    var p: Self = 0x1.6a218e20e47c9p-10
    p = fma(p, r, 0x1.123b9a57d4baep-7)
    p = fma(p, r, 0x1.5558fbed51608p-5)
    p = fma(p, r, 0x1.55548f0f70265p-3)
    p = fma(p, r, 0x1.fffffb86fcf22p-2)
    return p
  }

  /// (e^(-q/2) - 1) / q for |q| <= log(2): `expTail` at r = -q/2, with powers of two moved into it.
  @inline(__always) public static func gaussianTail(_ q: Self) -> Self {
    var p: Self = 0x1.6a218e20e47c9p-16
    p = fma(p, q, -0x1.123b9a57d4baep-12)
    p = fma(p, q, 0x1.5558fbed51608p-9)
    p = fma(p, q, -0x1.55548f0f70265p-6)
    p = fma(p, q, 0x1.fffffb86fcf22p-4)
    return fma(p, q, -0.5)
  }

  /// The tail (2 atanh(s) - 2s) / s^3 for s2 = s^2 <= (3 - 2 sqrt(2))^2, error relative to log(1 + f).
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 4.892e-12.
  @inline(__always) public static func logTail(_ s2: Self) -> Self {
    var p: Self = 0x1.e31417b462e97p-3
    p = fma(p, s2, 0x1.24381c3607ad8p-2)
    p = fma(p, s2, 0x1.999a7d420b4a7p-2)
    p = fma(p, s2, 0x1.555554fc3c5fap-1)
    return p
  }

  /// The ratio erf(x) / x for x2 = x^2 <= 1.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 3.329e-11.
  @inline(__always) public static func erfRatio(_ x2: Self) -> Self {
    var p: Self = -0x1.4383eacdd3c31p-17
    p = fma(p, x2, 0x1.d826b0a9095f3p-14)
    p = fma(p, x2, -0x1.bcbea89b24489p-11)
    p = fma(p, x2, 0x1.5628f0107e624p-8)
    p = fma(p, x2, -0x1.b829a7effaad8p-6)
    p = fma(p, x2, 0x1.ce2f079d36fecp-4)
    p = fma(p, x2, -0x1.8127465fd3958p-2)
    p = fma(p, x2, 0x1.20dd75040096fp+0)
    return p
  }

  /// The value (1 + 2a) e^(a^2) erfc(a) for q = (a - 2) / (a + 2), 0 <= a <= 10.5.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 1.939e-8.
  @inline(__always) public static func erfcxNumerator(_ q: Self) -> Self {
    var p: Self = -0x1.95f70c6ce71e9p-12
    p = fma(p, q, -0x1.3c8ccadd9d280p-10)
    p = fma(p, q, 0x1.575c7b2522787p-10)
    p = fma(p, q, 0x1.1a35f83e214c3p-7)
    p = fma(p, q, -0x1.083136787557bp-7)
    p = fma(p, q, -0x1.bbff9347dbc4cp-5)
    p = fma(p, q, 0x1.4ffcb61b2e121p-3)
    p = fma(p, q, -0x1.5408888830d8fp-3)
    p = fma(p, q, -0x1.7bf622b5f3389p-4)
    p = fma(p, q, 0x1.46e80e7353d07p+0)
    return p
  }
}
