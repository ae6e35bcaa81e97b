/// GELU: the input weighted by the probability that a standard normal variable is below it.
///
///     gelu(x) = x erfc(-x / sqrt(2)) / 2
///
/// gelu(NaN) = NaN, gelu(+inf) = inf, gelu(-inf) = -0.
/// Source: Hendrycks and Gimpel, arXiv:1606.08415, section 2.
enum GELU: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { gelu(a.x) }
}
