// The polynomials of F64 for the functions of triangles, circles and hyperbolas; F*+Tables.swift has the others.

extension F64 {
  /// The tail (sin r - r) / r^3 for r2 = r^2 <= (pi/4)^2, error relative to sin r.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 3.774e-18.
  @inline(__always) static func sinTail(_ r2: Self) -> Self {
    var p: Self = 0x1.5d8c3b4d2b017p-33
    p = fma(p, r2, -0x1.ae5e4e9a708bap-26)
    p = fma(p, r2, 0x1.71de35591c043p-19)
    p = fma(p, r2, -0x1.a01a019bedab4p-13)
    p = fma(p, r2, 0x1.111111110f754p-7)
    p = fma(p, r2, -0x1.5555555555548p-3)
    return p
  }

  /// The tail (cos r - 1 + r^2 / 2) / r^4 for r2 = r^2 <= (pi/4)^2, error relative to cos r.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 1.957e-19.
  @inline(__always) static func cosTail(_ r2: Self) -> Self {
    var p: Self = -0x1.8ff62c3ff99e3p-37
    p = fma(p, r2, 0x1.1eea832c99b2ep-29)
    p = fma(p, r2, -0x1.27e4f8fc7e906p-22)
    p = fma(p, r2, 0x1.a01a019e1ce08p-16)
    p = fma(p, r2, -0x1.6c16c16c160fbp-10)
    p = fma(p, r2, 0x1.5555555555553p-5)
    return p
  }

  /// The tail (atan z - z) / z^3 for z2 = z^2 <= tan(pi/8)^2, error relative to atan z.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 2.944e-19.
  @inline(__always) static func atanTail(_ z2: Self) -> Self {
    var p: Self = 0x1.f1d9ae4f47142p-7
    p = fma(p, z2, -0x1.1233aff61ad40p-5)
    p = fma(p, z2, 0x1.70eb632c2bba1p-5)
    p = fma(p, z2, -0x1.ab7d0025bb87bp-5)
    p = fma(p, z2, 0x1.e171ead59f66fp-5)
    p = fma(p, z2, -0x1.110c71ab22d2cp-4)
    p = fma(p, z2, 0x1.3b136e19629aep-4)
    p = fma(p, z2, -0x1.745d14b8d1df1p-4)
    p = fma(p, z2, 0x1.c71c71b7442c9p-4)
    p = fma(p, z2, -0x1.2492492475626p-3)
    p = fma(p, z2, 0x1.999999999964ap-3)
    p = fma(p, z2, -0x1.5555555555554p-2)
    return p
  }

  /// The tail (sinh r - r) / r^3 for r2 = r^2 <= (log(2)/2)^2, error relative to sinh r.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 2.64e-19.
  @inline(__always) static func sinhTail(_ r2: Self) -> Self {
    var p: Self = 0x1.af5efbbf4ad4fp-26
    p = fma(p, r2, 0x1.71ddf837ba5ccp-19)
    p = fma(p, r2, 0x1.a01a01afed407p-13)
    p = fma(p, r2, 0x1.111111110f6a2p-7)
    p = fma(p, r2, 0x1.5555555555559p-3)
    return p
  }

  /// The value (cosh r - 1) / r^2 for r2 = r^2 <= (log(2)/2)^2, error relative to cosh r.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 6.683e-21.
  @inline(__always) static func coshTail(_ r2: Self) -> Self {
    var p: Self = 0x1.1f95925f1c09bp-29
    p = fma(p, r2, 0x1.27e4c4d066150p-22)
    p = fma(p, r2, 0x1.a01a01b196519p-16)
    p = fma(p, r2, 0x1.6c16c16c13ed8p-10)
    p = fma(p, r2, 0x1.555555555555cp-5)
    p = fma(p, r2, 0x1.0000000000000p-1)
    return p
  }

  /// The tail (2 atanh(s) - 2s) / s^3 for s2 = s^2 <= 1/9, error relative to 2 atanh(s).
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 1.324e-19.
  @inline(__always) static func atanhTail(_ s2: Self) -> Self {
    var p: Self = 0x1.511a70587db6dp-3
    p = fma(p, s2, 0x1.1eac3c266a23ep-4)
    p = fma(p, s2, 0x1.c162f63bcc01fp-4)
    p = fma(p, s2, 0x1.dfe48ba8e25acp-4)
    p = fma(p, s2, 0x1.11232f50fff73p-3)
    p = fma(p, s2, 0x1.3b12d72cf60a7p-3)
    p = fma(p, s2, 0x1.745d1df637b24p-3)
    p = fma(p, s2, 0x1.c71c71a62ae1cp-3)
    p = fma(p, s2, 0x1.24924924c1555p-2)
    p = fma(p, s2, 0x1.999999999956bp-2)
    p = fma(p, s2, 0x1.5555555555556p-1)
    return p
  }
}
