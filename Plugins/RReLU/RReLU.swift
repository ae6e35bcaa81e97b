/// RReLU: leaky ReLU whose slope is drawn anew for every element.
///
///     rrelu(x) = x >= 0 ? x : x (lower + (upper - lower) u),   u uniform in [0, 1)
///
/// Evaluation uses u = 0.5, the mean slope. rrelu'(0) = 1. rrelu(NaN) = NaN.
/// Source: Xu, Wang, Chen, Li, arXiv:1505.00853, section 3.4 (slopes 1/8 to 1/3).
enum RReLU: Activation {
  /// lower, upper.
  @inline(__always) static var parameters: Int { 2 }
  /// u.
  @inline(__always) static var isNoisy: Bool { true }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let (lower, upper) = (a.p.0, a.p.1)
    return select(a.x >= 0, a.x, a.x * fma(upper - lower, a.u, lower))
  }
}
