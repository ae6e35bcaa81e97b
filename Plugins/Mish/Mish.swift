/// Mish: the input weighted by the tanh of its softplus.
///
///     mish(x) = x tanh(log(1 + exp(x)))
///
/// mish(NaN) = NaN, mish(+inf) = inf, mish(-inf) = -0.
/// Source: Misra, arXiv:1908.08681, equation 1.
enum Mish: Activation {
  /// The formula, by a function of its own: from rounded parts (softplus, then tanh) it would be 46 ULP wrong.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { mish(a.x) }
}
