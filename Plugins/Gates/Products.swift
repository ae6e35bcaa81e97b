/// Bilinear: the product of two inputs.
///
///     bilinear(x, g) = x g
///
/// NaN in either input gives NaN, as 0 times infinity does.
/// Source: Shazeer, arXiv:2002.05202, section 2, without the linear maps.
enum Bilinear: Activation {
  /// Two inputs.
  @inline(__always) static var isGated: Bool { true }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { a.x * a.g }
}

/// ReGLU: the input, gated by the ReLU of a second input.
///
///     reglu(x, g) = x max(g, 0)
///
/// NaN in either input gives NaN, as 0 times infinity does. At g = 0 the derivative by g is 0.
/// Source: Shazeer, arXiv:2002.05202, section 2, without the linear maps.
enum ReGLU: Activation {
  /// Two inputs.
  @inline(__always) static var isGated: Bool { true }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    a.x * max(a.g, 0)
  }
}
