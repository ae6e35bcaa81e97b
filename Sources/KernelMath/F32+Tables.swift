// The polynomials of F32. Each line is one step of Horner's rule; constants are hexadecimal because a decimal
// would hide which double they are.

extension F32 {
  /// The tail (e^r - 1 - r) / r^2 for |r| <= log(2)/2, error relative to e^r.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 3.121e-9.
  @inline(__always) static func expTail(_ r: Self) -> Self {
    var p: Self = 0x1.6a218e20e47c9p-10
    p = fma(p, r, 0x1.123b9a57d4baep-7)
    p = fma(p, r, 0x1.5558fbed51608p-5)
    p = fma(p, r, 0x1.55548f0f70265p-3)
    p = fma(p, r, 0x1.fffffb86fcf22p-2)
    return p
  }

  /// (e^(-q/2) - 1 + q/2) / q^2 for |q| <= log(2): `expTail` at r = -q/2, with powers of two moved into it.
  @inline(__always) static func gaussianTail(_ q: Self) -> Self {
    var p: Self = 0x1.6a218e20e47c9p-16
    p = fma(p, q, -0x1.123b9a57d4baep-12)
    p = fma(p, q, 0x1.5558fbed51608p-9)
    p = fma(p, q, -0x1.55548f0f70265p-6)
    p = fma(p, q, 0x1.fffffb86fcf22p-4)
    return p
  }

  /// The tail (2 atanh(s) - 2s) / s^3 for s2 = s^2 <= (3 - 2 sqrt(2))^2, error relative to log(1 + f).
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 4.892e-12.
  @inline(__always) static func logTail(_ s2: Self) -> Self {
    var p: Self = 0x1.e31417b462e97p-3
    p = fma(p, s2, 0x1.24381c3607ad8p-2)
    p = fma(p, s2, 0x1.999a7d420b4a7p-2)
    p = fma(p, s2, 0x1.555554fc3c5fap-1)
    return p
  }

  /// erf(x) / x - 1 for x2 = x^2 <= 1, error relative to erf(x) / x.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 3.329e-11.
  @inline(__always) static func erfExcess(_ x2: Self) -> Self {
    var p: Self = -0x1.4383eacdd3c31p-17
    p = fma(p, x2, 0x1.d826b0a9095f3p-14)
    p = fma(p, x2, -0x1.bcbea89b24489p-11)
    p = fma(p, x2, 0x1.5628f0107e624p-8)
    p = fma(p, x2, -0x1.b829a7effaad8p-6)
    p = fma(p, x2, 0x1.ce2f079d36fecp-4)
    p = fma(p, x2, -0x1.8127465fd3958p-2)
    p = fma(p, x2, 0x1.06eba82004b78p-3)
    return p
  }

  /// ((1 + ca) e^(a^2) erfc(a) - `erfcxMiddle`.value) / u for t = 1 / (1 + ca) = `erfcxMiddle`.t + u.
  ///
  /// Minimax (Remez exchange at 45 digits), largest error relative to (1 + ca) e^(a^2) erfc(a) 1.868e-8.
  @inline(__always) static func erfcxTail(_ u: Self) -> Self {
    var p: Self = 0x1.06a3a07117dbep-4
    p = fma(p, u, -0x1.061a31494203dp-3)
    p = fma(p, u, 0x1.158a506de49d5p-6)
    p = fma(p, u, 0x1.37dbe6c230ae7p-3)
    p = fma(p, u, -0x1.de1b64142483cp-5)
    p = fma(p, u, -0x1.a3fb34897c572p-3)
    p = fma(p, u, 0x1.3676f20a08df3p-5)
    p = fma(p, u, 0x1.b7d63852a2720p-2)
    p = fma(p, u, 0x1.33e79a2863653p-1)
    return p
  }

  /// The derivative of e^(a^2) erfc(a) by t = 1 / (1 + ca), to a quarter of it: what becomes of t's last bit.
  @inline(__always) static func erfcxSlope(_ t: Self) -> Self { fma(t, 1.7997, 0.068) }
}
