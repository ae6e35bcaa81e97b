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

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let bounded = withinGaussian(a.g)
    return a.x * (max(a.g, -0.0) + gaussian(bounded, times: product(a.p.0, bounded)))
  }
}
