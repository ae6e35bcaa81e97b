/// CRReLU: ReLU with a learnable bump around zero.
///
///     crrelu(x) = max(x, 0) + eps x exp(-x^2 / 2)
///
/// crrelu(+inf) = inf, crrelu(-inf) = -0 (for eps > 0): the bump's limit is 0, although inf * exp(-inf) is NaN
/// as written.
/// Source: arXiv:2405.12954, section 3.
enum CRReLU: Activation {
  /// eps.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  ///
  /// `gaussian` never rounds the square: rounded, it would cost 65 ULP near -12.9.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let (x, eps) = (a.x, a.p.0)
    let bounded = withinGaussian(x)
    // -0 leaves the sign of the zero to a bump that underflows.
    return max(x, -0.0) + gaussian(bounded, times: product(eps, bounded))
  }
}
