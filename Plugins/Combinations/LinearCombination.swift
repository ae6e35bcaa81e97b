/// Linear-combination: the weighted mean of four activations, the weights learnable.
///
///     linear-combination(x) = (w_0 max(x, 0) + w_1 sigmoid(x) + w_2 tanh(x) + w_3 x) / (w_0 + w_1 + w_2 + w_3)
///
/// linear-combination(NaN) = NaN; at ±inf it is infinite for weights that are not 0.
/// Source: arXiv:2004.13271.
enum Linearcombination: CoefficientActivation {
  /// w.
  @inline(__always) static var parameters: Int { 1 }

  /// Four weights.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool { count[0] == 4 }

  @inline(__always) static func total<L: Lanes>(_ p: Coefficients<L>) -> L {
    (p[0, 0] + p[0, 1]) + (p[0, 2] + p[0, 3])
  }

  /// The formula, the linear terms together and their slope a pair, divided first: the sum may overflow before
  /// the mean does.
  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {
    let total =
      Pair(p[0, 0], 0) + Pair(p[0, 1], 0) + (Pair(p[0, 2], 0) + Pair(p[0, 3], 0))
    let slope = (Pair(select(x > 0, p[0, 0], 0), 0) + Pair(p[0, 3], 0)) / total
    let linear = slope * Pair(x, 0)
    let bends = fma(p[0, 1], sigmoid(x), p[0, 2] * tanh(x)) / total.hi
    // What infinity loses in a product is not a number.
    return linear.hi + select(abs(x) == L(.infinity), bends, bends + linear.lo)
  }

  /// By x the mean of the derivatives, by w_i (f_i(x) - y) / total.
  @inline(__always) static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L {
    let total = total(p)
    let (s, t, y) = (sigmoid(x), tanh(x), value(x, p))
    let share = dy / total
    sums.add(0, 0, share * (max(x, 0) - y))
    sums.add(0, 1, share * (s - y))
    sums.add(0, 2, share * (t - y))
    sums.add(0, 3, share * (x - y))
    let bends = fma(p[0, 1] * s, 1 - s, p[0, 2] * (1 - t * t))
    let slope = (select(x > 0, p[0, 0], 0) + bends + p[0, 3]) / total
    return dy * select(x == x, slope, x)
  }
}
