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
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { a.x * silu(a.g) }
}
