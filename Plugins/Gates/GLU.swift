/// GLU: the input, gated by the sigmoid of a second input.
///
///     glu(x, g) = x sigmoid(g)
///
/// NaN in either input gives NaN, as an infinite x with g = -inf does.
/// Source: Dauphin, Fan, Auli, Grangier, arXiv:1612.08083, without the linear maps.
enum GLU: Activation {
  /// Two inputs.
  @inline(__always) static var isGated: Bool { true }

  /// x sigmoid(g); far left, where the sigmoid is e^g and may be subnormal while x is huge, scaled last.
  @inline(__always) static func weighted<N: Number>(_ x: N, _ g: N) -> N {
    // Half of x, so that no intermediate result overflows.
    let tail = 2 * exp(Pair(g, 0), times: 0.5 * x)
    // An infinite x stays infinite, but for g = -inf, and NaN stays NaN.
    let far = select(abs(x) < N(.infinity), tail, x * select(g == N(-.infinity), 0, 1))
    return select(g < -40, far, x * sigmoid(g))
  }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    weighted(a.x, a.g)
  }

  /// sigmoid(g), and x sigmoid(g) sigmoid(-g).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: sigmoid(a.g), g: weighted(weighted(a.x, -a.g), a.g))
  }
}
