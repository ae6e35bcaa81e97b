/// Mish: the input weighted by the tanh of its softplus.
///
///     mish(x) = x tanh(log(1 + exp(x)))
///
/// mish(NaN) = NaN, mish(+inf) = inf, mish(-inf) = -0.
/// Source: Misra, arXiv:1908.08681, equation 1.
public enum Mish: Activation {
  /// The formula without its logarithm.
  ///
  /// With t = e^-|x|,
  ///
  ///     tanh(log(1 + e^x)) = (t^2 + 2t) / (t^2 + 2t + 2)        for x < 0
  ///                        = (1 + 2t) / (1 + 2t + 2t^2)         for x >= 0.
  ///
  /// From rounded parts (softplus, then tanh) it would be 46 ULP wrong.
  @inline(__always) public static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = a.x
    let e = Pair(-abs(x), 0)
    let t = exp(e, times: 1)
    let left = exp(e, times: x * (t + 2))
    return select(x < 0, left, x * (1 + 2 * t)) / denominator(x, t)
  }

  /// w + x (1 - w^2) sigmoid(x) with w = tanh(log(1 + e^x)); 1 - w^2 = 4 (1 + t)^2 / d^2 times 1 (x < 0) or
  /// t^2 (x >= 0), d the denominator above.
  @inline(__always) public static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -1400, 1400)
    let isLeft = x < 0
    let t = exp(Pair(-abs(x), 0), times: 1)
    let inverse = 1 / denominator(x, t)
    let w = select(isLeft, t * (t + 2), 1 + 2 * t) * inverse
    let rest = select(isLeft, t, t * t) * (1 + t) * inverse * inverse
    return Gradient(x: fma(4 * x, rest, w))
  }

  @inline(__always) static func denominator<N: Number>(_ x: N, _ t: N) -> N {
    select(x < 0, fma(t, t + 2, 2), fma(2 * t, t + 1, 1))
  }
}
