/// LSLU: a series of shifted, scaled ReLUs, all learnable.
///
///     lslu(x) = sum over i of theta_i max(x + omega_i, 0)
///
/// The derivative at a kink is that of its left side. lslu(NaN) = NaN.
/// Source: arXiv:2409.08283; which place omega has in the paper is not established (data sheet).
enum LSLU: CoefficientActivation {
  /// theta, omega.
  @inline(__always) static var parameters: Int { 2 }

  /// One omega for each theta.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool { count[0] == count[1] }

  /// The formula.
  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {
    var y: L = 0
    for i in 0..<p.count(0) { y = fma(p[0, i], max(x + p[1, i], 0), y) }
    return y
  }

  /// Of each term theta h, h = max(x + omega, 0): by theta h, by omega and x theta where h is above 0.
  @inline(__always) static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L {
    var slope: L = 0
    for i in 0..<p.count(0) {
      let z = x + p[1, i]
      let step = select(z > 0, p[0, i], 0)
      slope = slope + step
      sums.add(0, i, dy * max(z, 0))
      sums.add(1, i, dy * step)
    }
    return dy * slope
  }
}
