/// Phish: the input weighted by the tanh of its GELU.
///
///     phish(x) = x tanh(gelu(x)),   gelu(x) = x erfc(-x / sqrt(2)) / 2
///
/// phish(NaN) = NaN, phish(+inf) = inf, phish(-inf) = 0.
/// Source: Naveen, "Phish: a novel hyper-optimizable activation function", 2022.
enum Phish: Activation {
  /// The formula; left of -60 GELU is nothing.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    max(a.x, -60) * tanh(gelu(a.x))
  }

  /// tanh(u) + x sech^2(u) u' with u = gelu(x); beyond ±60, where the second term is nothing, as there.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -60, 60)
    let u = gelu(x)
    return Gradient(x: fma(x * sech2(u), L.geluSlope(x), tanh(u)))
  }
}

/// Smish: the input weighted by the tanh of a logarithm of its sigmoid.
///
///     smish(x) = x tanh(log(1 + sigmoid(x)))
///
/// smish(NaN) = NaN, smish(+inf) = inf, smish(-inf) = -0.
/// Source: Wang, Ren, Wang, "Smish", Electronics 11(4), 2022, with alpha = beta = 1.
enum Smish: Activation {
  /// The formula without its logarithm.
  ///
  /// With t = e^-|x|,
  ///
  ///     tanh(log(1 + sigmoid(x))) = (2t + 3t^2) / (2 + 6t + 5t^2)    for x < 0
  ///                               = (3 + 2t) / (5 + 6t + 2t^2)       for x >= 0,
  ///
  /// here with both parts divided by 4, so that x times the numerator does not overflow.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = a.x
    let e = Pair(-abs(x), 0)
    let t = exp(e, times: 1)
    let left = exp(e, times: x * fma(t, 0.75, 0.5))
    return select(x < 0, left, x * fma(t, 0.5, 0.75)) / denominator(x, t)
  }

  /// w + x t (1 + t) r / (4 d^2) with w the weight, d its denominator and r = 1 + 2t (x < 0) or 2 + t.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -1400, 1400)
    let isLeft = x < 0
    let t = exp(-abs(x))
    let inverse = 1 / denominator(x, t)
    let w = select(isLeft, t * fma(t, 0.75, 0.5), fma(t, 0.5, 0.75)) * inverse
    let r = select(isLeft, fma(t, 2, 1), 2 + t) * (1 + t) * inverse * inverse
    return Gradient(x: fma(0.25 * x * t, r, w))
  }

  @inline(__always) static func denominator<N: Number>(_ x: N, _ t: N) -> N {
    select(x < 0, fma(t, fma(t, 1.25, 1.5), 0.5), fma(t, fma(t, 0.5, 1.5), 1.25))
  }
}
