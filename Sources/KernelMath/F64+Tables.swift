// The polynomials of F64. Each line is one step of Horner's rule; constants are hexadecimal because a decimal
// would hide which double they are.

extension F64 {
  /// The tail (e^r - 1 - r) / r^2 for |r| <= log(2)/2, error relative to e^r.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 5.519e-20.
  @inline(__always) static func expTail(_ r: Self) -> Self {
    var p: Self = 0x1.1e3b980e6ec50p-29
    p = fma(p, r, 0x1.af6d6c915b871p-26)
    p = fma(p, r, 0x1.27e5b6cf4985dp-22)
    p = fma(p, r, 0x1.71ddef45b7787p-19)
    p = fma(p, r, 0x1.a01a01348592dp-16)
    p = fma(p, r, 0x1.a01a01b3d42c0p-13)
    p = fma(p, r, 0x1.6c16c16c30ec3p-10)
    p = fma(p, r, 0x1.111111110eb84p-7)
    p = fma(p, r, 0x1.5555555555500p-5)
    p = fma(p, r, 0x1.555555555555cp-3)
    p = fma(p, r, 0x1.0000000000000p-1)
    return p
  }

  /// (e^(-q/2) - 1 + q/2) / q^2 for |q| <= log(2): `expTail` at r = -q/2, with powers of two moved into it.
  @inline(__always) static func gaussianTail(_ q: Self) -> Self {
    var p: Self = 0x1.1e3b980e6ec50p-41
    p = fma(p, q, -0x1.af6d6c915b871p-37)
    p = fma(p, q, 0x1.27e5b6cf4985dp-32)
    p = fma(p, q, -0x1.71ddef45b7787p-28)
    p = fma(p, q, 0x1.a01a01348592dp-24)
    p = fma(p, q, -0x1.a01a01b3d42c0p-20)
    p = fma(p, q, 0x1.6c16c16c30ec3p-16)
    p = fma(p, q, -0x1.111111110eb84p-12)
    p = fma(p, q, 0x1.5555555555500p-9)
    p = fma(p, q, -0x1.555555555555cp-6)
    p = fma(p, q, 0x1.0000000000000p-3)
    return p
  }

  /// The tail (2 atanh(s) - 2s) / s^3 for s2 = s^2 <= (3 - 2 sqrt(2))^2, error relative to log(1 + f).
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 8.463e-21.
  @inline(__always) static func logTail(_ s2: Self) -> Self {
    var p: Self = 0x1.0f83c40f66123p-3
    p = fma(p, s2, 0x1.0f5933cf80edbp-3)
    p = fma(p, s2, 0x1.3b20d416a8a39p-3)
    p = fma(p, s2, 0x1.745cdd493ea95p-3)
    p = fma(p, s2, 0x1.c71c725beedb4p-3)
    p = fma(p, s2, 0x1.2492492428c3fp-2)
    p = fma(p, s2, 0x1.9999999999e1fp-2)
    p = fma(p, s2, 0x1.5555555555555p-1)
    return p
  }

  /// erf(x) / x - 1 for x2 = x^2 <= 1, error relative to erf(x) / x.
  ///
  /// Minimax (Remez exchange at 50 digits), largest relative error 2.157e-21.
  @inline(__always) static func erfExcess(_ x2: Self) -> Self {
    var p: Self = -0x1.2928e5a21ceebp-38
    p = fma(p, x2, 0x1.7ecc02e873196p-34)
    p = fma(p, x2, -0x1.4e55d1fecfb04p-30)
    p = fma(p, x2, 0x1.fc4118fae8d52p-27)
    p = fma(p, x2, -0x1.5f6d6b80de246p-23)
    p = fma(p, x2, 0x1.b9e64d0d94392p-20)
    p = fma(p, x2, -0x1.f4d255e1be3d9p-17)
    p = fma(p, x2, 0x1.f9a326bfbd80cp-14)
    p = fma(p, x2, -0x1.c02db3fed9306p-11)
    p = fma(p, x2, 0x1.565bcd0e64accp-8)
    p = fma(p, x2, -0x1.b82ce3128899cp-6)
    p = fma(p, x2, 0x1.ce2f21a042bddp-4)
    p = fma(p, x2, -0x1.812746b0379e7p-2)
    p = fma(p, x2, 0x1.06eba8214db68p-3)
    return p
  }

  /// ((1 + ca) e^(a^2) erfc(a) - `erfcxMiddle`.value) / u for t = 1 / (1 + ca) = `erfcxMiddle`.t + u.
  ///
  /// Minimax (Remez exchange at 45 digits), largest error relative to (1 + ca) e^(a^2) erfc(a) 1.416e-17.
  @inline(__always) static func erfcxTail(_ u: Self) -> Self {
    var p: Self = -0x1.4e65c9fa5b7f5p-8
    p = fma(p, u, 0x1.412be4171108ep-6)
    p = fma(p, u, -0x1.a33cfe995d3ddp-6)
    p = fma(p, u, 0x1.477c0c2b55bfep-10)
    p = fma(p, u, 0x1.f6e4b9fb85820p-6)
    p = fma(p, u, -0x1.8390517d0291ep-6)
    p = fma(p, u, -0x1.1ba4995670c09p-6)
    p = fma(p, u, 0x1.0f778bb47c5e7p-5)
    p = fma(p, u, 0x1.1f61714aa460fp-9)
    p = fma(p, u, -0x1.2326bd528434ap-5)
    p = fma(p, u, 0x1.4c77658e7c6f3p-7)
    p = fma(p, u, 0x1.3112385d12af7p-5)
    p = fma(p, u, -0x1.489575e9c0a90p-6)
    p = fma(p, u, -0x1.6932fc8d33d3cp-5)
    p = fma(p, u, 0x1.c7922cdb38858p-6)
    p = fma(p, u, 0x1.0deaef19e9ec0p-4)
    p = fma(p, u, -0x1.a4a4ace2ce8e9p-6)
    p = fma(p, u, -0x1.fcc7b871d23d6p-4)
    p = fma(p, u, -0x1.69176193e857bp-5)
    p = fma(p, u, 0x1.c4b4fe625091dp-3)
    p = fma(p, u, 0x1.fb710d501a568p-2)
    p = fma(p, u, 0x1.3933c4e9970dep-1)
    p = fma(p, u, 0x1.15f4900cfd724p-1)
    return p
  }

  /// The derivative of e^(a^2) erfc(a) by t = 1 / (1 + ca), to a quarter of it: what becomes of t's last bit.
  @inline(__always) static func erfcxSlope(_ t: Self) -> Self {
    fma(t, fma(t, 3.027, -0.7198), 0.355)
  }
}
