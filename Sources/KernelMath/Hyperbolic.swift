// Hyperbolic sine and cosine and the inverse of the first, on lanes. With |x| = k log(2) + r,
//
//     sinh |x| = sinh(k log 2) cosh r + cosh(k log 2) sinh r
//
// and the functions of k are sums of two powers of two: no division, no cancellation.

extension Lanes {
  /// a = k log(2) + r: half the hyperbolic functions of k log(2), sinh r, and cosh r - 1.
  ///
  /// - Valid range: a >= 0, up to `hyperbolicReach`.
  @inline(__always) static func hyperbolic(_ a: Self) -> (
    sinhK: Self, coshK: Pair<Self>, sinh: Self, coshm1: Self
  ) {
    let c = constants
    let k = fma(a, 1.442695040888963407359924681001892137, c.roundingMagic) - c.roundingMagic
    let first = fma(k, -c.log2High, a)
    let r = fma(k, -c.log2Low, first)
    let lost = fma(k, -c.log2Low, first - r)
    let r2 = r * r
    // A quarter of e^(k log 2), because half of it may overflow.
    let up = Self(0.25).scaled(byPowerOfTwo: k)
    let down = Self(0.25).scaled(byPowerOfTwo: -k)
    let sum = up + down
    return (
      up - down, Pair(sum, (up - sum) + down), r + fma(r * r2, sinhTail(r2), lost),
      r2 * coshTail(r2)
    )
  }

  /// The hyperbolic sine.
  ///
  /// - Error: 1.8 ULP f32, 1.8 ULP f64 (1.3, 1.5 with FMA).
  /// - sinh(±inf) = ±inf, sinh(-0) = -0, sinh(NaN) = NaN; overflow gives an infinity.
  @inline(__always) static func sinh(_ x: Self) -> Self {
    let a = abs(x)
    let h = hyperbolic(min(a, constants.hyperbolicReach))
    let y = 2 * (h.sinhK + fma(h.coshK.hi, h.sinh, h.sinhK * h.coshm1))
    return select(a > constants.hyperbolicReach, Self(.infinity), y).withSign(of: x)
  }

  /// The hyperbolic cosine.
  ///
  /// - Error: 1.3 ULP f32, 1.3 ULP f64.
  /// - cosh(±inf) = inf, cosh(NaN) = NaN; overflow gives an infinity.
  @inline(__always) static func cosh(_ x: Self) -> Self {
    let a = abs(x)
    let h = hyperbolic(min(a, constants.hyperbolicReach))
    let y = 2 * (h.coshK.hi + fma(h.sinhK, h.sinh, fma(h.coshK.hi, h.coshm1, h.coshK.lo)))
    return select(a > constants.hyperbolicReach, Self(.infinity), y)
  }

  /// The inverse hyperbolic sine.
  ///
  /// - Error: 1.6 ULP f32, 1.6 ULP f64.
  /// - asinh(±inf) = ±inf, asinh(-0) = -0, asinh(NaN) = NaN.
  @inline(__always) static func asinh(_ x: Self) -> Self {
    // log(1 + u) with u = a + a^2 / (1 + sqrt(1 + a^2)); for a so large that u = 2a, log a + log 2.
    let c = constants
    let a = abs(x)
    let isFar = a > c.asinhReach
    let near = min(a, c.asinhReach)
    let square = near * near
    let root = sqrt(1 + square)
    let part = square / (1 + root)
    let u = near + part
    let one = 1 + u
    let fromU = one - 1
    let lost = ((1 - (one - fromU)) + (u - fromU)) + ((near - u) + part)
    let y = logOfNormal(select(isFar, a, one))
    let sum = select(isFar, y + 0.693147180559945309417232121458176568, y + lost / one)
    return select(a < 0x1p-30, a, select(a == Self(.infinity), a, sum)).withSign(of: x)
  }
}
