/// LSLU-chain: the elementwise part of LSLU's released code, three scaled and shifted ReLUs, one after another.
///
///     z_0 = x,  z_i+1 = alpha_i max(z_i, 0) + bias_i,  lslu-chain(x) = max(z_3, 0)
///
/// The derivative at a kink is that of its left side. lslu-chain(NaN) = NaN.
/// Source: arXiv:2409.08283.
enum LSLUchain: CoefficientActivation {
  /// alpha, bias.
  @inline(__always) static var parameters: Int { 2 }

  /// Three of each.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool {
    count[0] == 3 && count[1] == 3
  }

  /// The formula.
  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {
    var z = x
    for i in 0..<3 { z = fma(p[0, i], max(z, 0), p[1, i]) }
    return max(z, 0)
  }

  /// Back through the chain: what comes to z_i+1 goes to bias_i, times max(z_i, 0) to alpha_i, and times
  /// alpha_i on to z_i where it is above 0.
  @inline(__always) static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L {
    let r0 = max(x, 0)
    let r1 = max(fma(p[0, 0], r0, p[1, 0]), 0)
    let r2 = max(fma(p[0, 1], r1, p[1, 1]), 0)
    let z3 = fma(p[0, 2], r2, p[1, 2])
    // The factors of dy, multiplied before it is: dy may be subnormal.
    let d3 = select(z3 <= 0, L(0), 1)
    let d2 = select(r2 <= 0, 0, d3 * p[0, 2])
    let d1 = select(r1 <= 0, 0, d2 * p[0, 1])
    sums.add(1, 2, dy * d3)
    sums.add(0, 2, dy * (d3 * r2))
    sums.add(1, 1, dy * d2)
    sums.add(0, 1, dy * (d2 * r1))
    sums.add(1, 0, dy * d1)
    sums.add(0, 0, dy * (d1 * r0))
    return dy * select(r0 <= 0, 0, select(x == x, d1 * p[0, 0], x))
  }
}
