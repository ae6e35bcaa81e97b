/// PReLU: a learnable slope for negative inputs.
///
///     prelu(x) = x > 0 ? x : a x
///
/// prelu'(0) = a. prelu(NaN) = NaN, prelu(+inf) = inf, prelu(-inf) = -inf for a > 0.
/// Source: He, Zhang, Ren, Sun, arXiv:1502.01852, equation 1.
enum PReLU: Activation {
  /// a.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x > 0, a.x, a.p.0 * a.x)
  }
}
