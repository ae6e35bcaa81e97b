/// GLU: the input, gated by the sigmoid of a second input.
///
///     glu(x, g) = x sigmoid(g)
///
/// NaN in either input gives NaN, as an infinite x with g = -inf does.
/// Source: Dauphin, Fan, Auli, Grangier, arXiv:1612.08083, without the linear maps.
enum GLU: Activation {
  /// Two inputs.
  @inline(__always) static var isGated: Bool { true }

  /// x sigmoid(g), the exponential scaled last: far left the sigmoid may be subnormal while x is huge.
  ///
  /// An infinite x stays infinite, but for g = -inf, and NaN stays NaN.
  @inline(__always) static func weighted<N: Number>(_ x: N, _ g: N) -> N {
    select(
      abs(x) < N(.infinity), sigmoid(Pair(g, 0), times: x), x * select(g == N(-.infinity), 0, 1))
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
