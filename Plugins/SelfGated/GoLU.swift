/// GoLU: the input weighted by the Gompertz function.
///
///     golu(x) = x exp(-exp(-x))
///
/// golu(NaN) = NaN, golu(+inf) = inf, golu(-inf) = -0.
/// Source: Das, Safari, Adriaensen, Hutter, arXiv:2502.03654.
enum GoLU: Activation {
  /// e^-x as a pair, within -7.3...40: one ULP of it would be 100 ULP of a result e^-100.
  @inline(__always) static func decay<N: Number>(_ x: N) -> Pair<N> {
    let (k, e) = exponentialPair(-clamp(x, -7.3, 40))
    return Pair(e.hi.scaled(byPowerOfTwo: k), e.lo.scaled(byPowerOfTwo: k))
  }

  /// The formula; beyond -7.3 and 40 the weight is 0 and 1 to the last bit.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = a.x
    return select(x > 40, x, exp(-decay(x), times: max(x, -8)))
  }

  /// exp(-e^-x) (1 + x e^-x).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let e = decay(a.x)
    let x = clamp(a.x, -8, 40)
    return Gradient(x: exp(-e, times: fma(x, e.hi, fma(x, e.lo, 1))))
  }
}
