/// Dynamic ReLU: the larger of two lines whose slopes and intercepts the model computes for every call.
///
///     dynamic-relu(x) = max(a1 x + b1, a2 x + b2)
///
/// Where the lines cross, the derivatives are those of the second. dynamic-relu(NaN) = NaN; a slope of 0 times
/// an infinite x is NaN, as written.
/// Source: arXiv:2003.10027, equation 2, with K = 2; arXiv:2202.06281 for graphs.
enum DynamicReLU: Activation {
  /// a1, b1, a2, b2.
  @inline(__always) static var parameters: Int { 4 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    max(line(a.p.0, a.x, a.p.1), line(a.p.2, a.x, a.p.3))
  }

  /// slope x + intercept, rounded once.
  ///
  /// Without FMA from the product's two halves, which infinities do not have.
  @inline(__always) static func line<N: Number>(_ slope: N, _ x: N, _ intercept: N) -> N {
    let twice = fma(slope, x, intercept)
    return select(abs(slope * x) < 0x1p110, N.product(slope, x, minus: -intercept), twice)
  }

  /// 1 and x on the line that is chosen: no product, so nothing is rounded.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let isFirst = line(a.p.0, a.x, a.p.1) > line(a.p.2, a.x, a.p.3)
    return Gradient(
      x: select(isFirst, a.p.0, a.p.2),
      p0: select(isFirst, a.x, 0), p1: select(isFirst, 1, 0),
      p2: select(isFirst, 0, a.x), p3: select(isFirst, 0, 1))
  }
}
