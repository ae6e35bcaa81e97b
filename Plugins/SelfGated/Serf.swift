/// Serf: the input weighted by the error function of its softplus.
///
///     serf(x) = x erf(log(1 + exp(x)))
///
/// serf(NaN) = NaN, serf(+inf) = inf, serf(-inf) = -0.
/// Source: Nag and Bhattacharyya, arXiv:2108.09598.
enum Serf: Activation {
  /// The formula; left of -37, where the weight is 2 e^x / sqrt(pi) to the last bit and may be subnormal,
  /// scaled last.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = a.x
    let tail = exp(Pair(x, 0), times: 1.1283791670955126 * x)
    return select(x < -37, tail, x * erf(softplus(x)))
  }

  /// erf(u) + x 2 / sqrt(pi) e^(-u^2) sigmoid(x) with u = softplus(x).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = min(a.x, 50)
    let u = softplus(x)
    let density = exp(-square(u), times: 1.1283791670955126 * x * sigmoid(x))
    let tail = exp(Pair(x, 0), times: fma(x, 1.1283791670955126, 1.1283791670955126))
    return Gradient(x: select(x < -37, tail, erf(u) + density))
  }
}
