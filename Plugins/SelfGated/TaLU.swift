/// TaLU: the input, and on the left its tanh, down to a bound.
///
///     talu(x) = x                    for x >= 0
///             = tanh(max(x, alpha))  for x < 0
///
/// talu'(0) = 1, talu'(alpha) = 0. talu(NaN) = NaN, talu(+inf) = inf, talu(-inf) = tanh(alpha).
/// Source: Hasan, Hossain, Srizon, Sayeed, arXiv:2305.04402.
enum TaLU: Activation {
  /// alpha.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x >= 0, a.x, tanh(max(a.x, a.p.0)))
  }

  /// 1, sech^2(x) or 0.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let bend = sech2(abs(a.x))
    let isFlat = a.x <= a.p.0
    return Gradient(
      x: select(a.x >= 0, 1, select(isFlat, 0, bend)), p0: select(isFlat, sech2(-a.p.0), 0))
  }
}
