/// SiLU: the input weighted by its own sigmoid.
///
///     silu(x) = x / (1 + exp(-x))
///
/// silu(NaN) = NaN, silu(+inf) = inf, silu(-inf) = -0.
/// Source: Elfwing, Uchibe, Doya, arXiv:1702.03118; Ramachandran, Zoph, Le, arXiv:1710.05941.
enum SiLU: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { silu(a.x) }
}
