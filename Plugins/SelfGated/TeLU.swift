/// TeLU: the input weighted by the tanh of its exponential.
///
///     telu(x) = x tanh(exp(x))
///
/// telu(NaN) = NaN, telu(+inf) = inf, telu(-inf) = -0.
/// Source: Fernandez and Mali, arXiv:2402.02790, and, as TanhExp, Liu and Di, arXiv:2003.09855.
enum TeLU: Activation {
  /// The formula, e^x a pair.
  ///
  /// Left of -19, where tanh(e^x) is e^x to the last bit and may be subnormal, 2^k comes last. From 4 on
  /// tanh(e^x) is 1.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = max(a.x, -1400)
    let (k, e) = exponential(x)
    let u = Pair(e.hi.scaled(byPowerOfTwo: k), e.lo.scaled(byPowerOfTwo: k))
    let tail = fma(x, e.hi, x * e.lo).scaled(byPowerOfTwo: k)
    return select(x > 4, x, select(x < -19, tail, tanh(u, times: x)))
  }

  /// tanh(e^x) + x e^x sech^2(e^x); from x = 3.7 on, where the second term is nothing, with that of 3.7: further
  /// on e^(-2 e^x) is subnormal, and slow.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = min(a.x, 3.7)
    let e = exp(x)
    let near = fma(x * e, sech2(e), tanh(e))
    return Gradient(x: select(a.x < -19, exp(Pair(x, 0), times: 1 + x), near))
  }
}

/// sech^2(u) for u >= 0, or so little below it that e^(-2u) does not overflow.
///
/// 1 - tanh(u)^2 has no digits left where tanh(u) is near 1.
@inline(__always) func sech2<N: Number>(_ u: N) -> N {
  let t = exp(-2 * u)
  let inverse = 1 / (1 + t)
  return 4 * t * inverse * inverse
}
