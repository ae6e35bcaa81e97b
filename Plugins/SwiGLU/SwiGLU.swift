/// SwiGLU: the input, gated by the SiLU of a second input.
///
///     swiglu(x, g) = x silu(g)
///
/// NaN in either input gives NaN; 0 times an infinite gate is NaN, as the product has no limit there.
/// Source: Shazeer, arXiv:2002.05202, section 2, without the linear maps.
enum SwiGLU: Activation {
  /// Two inputs.
  @inline(__always) static var isGated: Bool { true }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    silu(a.g, times: a.x)
  }

  /// silu(g) and x silu'(g).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: silu(a.g), g: a.x * L.siluSlope(a.g))
  }
}
