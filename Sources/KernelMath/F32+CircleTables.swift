// The polynomials of F32 for the functions of triangles, circles and hyperbolas; F*+Tables.swift has the others.

extension F32 {
  /// The tail (sin r - r) / r^3 for r2 = r^2 <= (pi/4)^2, error relative to sin r.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 4.005e-9.
  @inline(__always) static func sinTail(_ r2: Self) -> Self {
    var p: Self = -0x1.993cde4bb2199p-13
    p = fma(p, r2, 0x1.110726c7b6af3p-7)
    p = fma(p, r2, -0x1.555544f4fb3adp-3)
    return p
  }

  /// The tail (cos r - 1 + r^2 / 2) / r^4 for r2 = r^2 <= (pi/4)^2, error relative to cos r.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 2.725e-10.
  @inline(__always) static func cosTail(_ r2: Self) -> Self {
    var p: Self = 0x1.9a699c97bb66cp-16
    p = fma(p, r2, -0x1.6c0e679d99e4fp-10)
    p = fma(p, r2, 0x1.55554ece2b99cp-5)
    return p
  }

  /// The tail (atan z - z) / z^3 for z2 = z^2 <= tan(pi/8)^2, error relative to atan z.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 8.637e-10.
  @inline(__always) static func atanTail(_ z2: Self) -> Self {
    var p: Self = -0x1.f1eb340ce5c23p-5
    p = fma(p, z2, 0x1.b1ec11572be95p-4)
    p = fma(p, z2, -0x1.23b5285d46331p-3)
    p = fma(p, z2, 0x1.999196e653c48p-3)
    p = fma(p, z2, -0x1.5555492adfcb8p-2)
    return p
  }

  /// The tail (sinh r - r) / r^3 for r2 = r^2 <= (log(2)/2)^2, error relative to sinh r.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 6.696e-12.
  @inline(__always) static func sinhTail(_ r2: Self) -> Self {
    var p: Self = 0x1.a170282fb7e5ap-13
    p = fma(p, r2, 0x1.1110b1b1ba7acp-7)
    p = fma(p, r2, 0x1.5555557386ac1p-3)
    return p
  }

  /// The value (cosh r - 1) / r^2 for r2 = r^2 <= (log(2)/2)^2, error relative to cosh r.
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 4.844e-11.
  @inline(__always) static func coshTail(_ r2: Self) -> Self {
    var p: Self = 0x1.6d9843f124991p-10
    p = fma(p, r2, 0x1.55547e07e2c8fp-5)
    p = fma(p, r2, 0x1.0000004456141p-1)
    return p
  }

  /// The tail (2 atanh(s) - 2s) / s^3 for s2 = s^2 <= 1/9, error relative to 2 atanh(s).
  ///
  /// Minimax (Remez exchange at 45 digits), largest relative error 1.247e-10.
  @inline(__always) static func atanhTail(_ s2: Self) -> Self {
    var p: Self = 0x1.f175707593109p-3
    p = fma(p, s2, 0x1.b6e685c4b6014p-3)
    p = fma(p, s2, 0x1.2508b02fcf792p-2)
    p = fma(p, s2, 0x1.9996afc63a7e1p-2)
    p = fma(p, s2, 0x1.5555584baedb3p-1)
    return p
  }
}
