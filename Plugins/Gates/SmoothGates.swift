/// GeGLU: the input, gated by the GELU of a second input.
///
///     geglu(x, g) = x gelu(g),   gelu(g) = g erfc(-g / sqrt(2)) / 2
///
/// NaN in either input gives NaN, as 0 times infinity does.
/// Source: Shazeer, arXiv:2002.05202, section 2, without the linear maps.
enum GeGLU: Activation {
  /// Two inputs.
  @inline(__always) static var isGated: Bool { true }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    gelu(a.g, times: a.x)
  }

  /// gelu(g) and x gelu'(g).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: gelu(a.g), g: a.x * L.geluSlope(a.g))
  }
}

/// CRReGLU: the input, gated by the CRReLU of a second input.
///
///     crreglu(x, g) = x (max(g, 0) + eps g exp(-g^2 / 2))
///
/// NaN in either input gives NaN, as 0 times infinity does.
/// Source: the gate of arXiv:2405.12954 in the place that arXiv:2002.05202 gives to a gate; of this zoo.
enum CRReGLU: Activation {
  /// eps.
  @inline(__always) static var parameters: Int { 1 }
  /// Two inputs.
  @inline(__always) static var isGated: Bool { true }

  /// x max(g, 0) + (eps g x) exp(-g^2 / 2), one rounding less than the formula has; a huge x goes on as its
  /// 2^-64th part, an infinite one as 1, so that the factor of the exponential is a number.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let bounded = withinGaussian(a.g)
    let isInfinite = abs(a.x) == N(.infinity)
    let isLarge = abs(a.x) > 0x1p64
    let x = select(isInfinite, 1, select(isLarge, 0x1p-64 * a.x, a.x))
    let bump = gaussian(bounded, times: product(a.p.0, bounded) * Pair(x, 0))
    let y = fma(x, max(a.g, -0.0), bump)
    return y * select(isInfinite, a.x, select(isLarge, 0x1p64, 1))
  }

  /// By x the gate, by g x times its derivative, by eps x g exp(-g^2 / 2).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let g = clamp(a.g, -L.constants.gaussianReach, L.constants.gaussianReach)
    let bump = gaussian(g, times: g)
    let slope = gaussian(g, times: a.p.0 * fma(-g, g, 1)) + select(a.g > 0, 1, 0)
    return Gradient(
      x: max(a.g, -0.0) + a.p.0 * bump, g: a.x * slope, p0: a.x * bump)
  }
}
