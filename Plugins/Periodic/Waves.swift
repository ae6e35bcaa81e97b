/// Sin: the sine of the input, in radians.
///
/// sin(NaN) = sin(±inf) = NaN: it has no limit there.
/// Source: Sitzmann, Martel, Bergman, Lindell, Wetzstein, arXiv:2006.09661.
enum Sin: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { sin(a.x) }
}

/// Snake: the input, with a learnable ripple that repeats itself.
///
///     snake(x) = x + sin(a x)^2 / a
///
/// snake(NaN) = NaN, snake(±inf) = ±inf: the ripple is at most 1 / a.
/// Source: Ziyin, Hartwig, Ueda, arXiv:2006.08195.
enum Snake: Activation {
  /// a.
  @inline(__always) static var parameters: Int { 1 }

  /// a x as a pair, because the sine of a large number has its rounding for an error.
  ///
  /// From |a x| = 2^60 on, where the ripple is nothing beside x, 0. A low part of 1/2 or more comes with an x
  /// of which the ripple is less than a ULP.
  @inline(__always) static func angle<N: Number>(_ x: N, _ a: N) -> Pair<N> {
    let theta = a * x
    let isNear = abs(theta) < 0x1p60
    let lo = N.productError(a, x, theta)
    return Pair(select(isNear, theta, 0), select(abs(lo) < 0.5, lo, 0))
  }

  /// The formula, in pairs because left of 0 the terms cancel in part; for a = 0 its limit, x.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let s = sin(angle(a.x, a.p.0))
    let ripple = s * s / Pair(select(a.p.0 == 0, 1, a.p.0), 0)
    let y = Pair(a.x, 0) + ripple
    return select(abs(a.x) == N(.infinity), a.x, y.hi + y.lo)
  }

  /// By x 1 + sin(2 a x), by a (a x sin(2 a x) - sin(a x)^2) / a^2.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let theta = angle(a.x, a.p.0)
    let (sin, cos) = (sin(theta.hi), cos(theta.hi))
    let (s, c) = (fma(theta.lo, cos, sin), fma(-theta.lo, sin, cos))
    let double = 2 * s * c
    let inverse = 1 / select(a.p.0 == 0, 1, a.p.0)
    return Gradient(x: 1 + double, p0: fma(theta.hi, double, -s * s) * inverse * inverse)
  }
}
