/// Phish: the input weighted by the tanh of its GELU.
///
///     phish(x) = x tanh(gelu(x)),   gelu(x) = x erfc(-x / sqrt(2)) / 2
///
/// phish(NaN) = NaN, phish(+inf) = inf, phish(-inf) = 0.
/// Source: Naveen, "Phish: a novel hyper-optimizable activation function", 2022.
enum Phish: Activation {
  /// The formula, GELU a pair.
  ///
  /// Left of -7, where tanh is its argument, which may be subnormal, that one's power of two comes last. From 50
  /// on tanh is 1.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = clamp(a.x, -60, 60)
    let near = tanh(geluPair(x), times: x)
    return select(x > 50, a.x, select(x < -7, gelu(x, times: x), near))
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
  ///     tanh(log(1 + sigmoid(x))) = t (2 + 3t) / (2 + 6t + 5t^2)     for x < 0
  ///                               = (3 + 2t) / (5 + 6t + 2t^2)       for x >= 0,
  ///
  /// here with both parts divided by 4, and all of it in pairs: rounded parts make 3 ULP. On the left the power
  /// of two in t comes last.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = max(a.x, -1400)
    let isLeft = x < 0
    let (k, e) = exponential(-abs(x))
    let t = Pair(e.hi.scaled(byPowerOfTwo: k), e.lo.scaled(byPowerOfTwo: k))
    let top = line(t, select(isLeft, 0.75, 0.5), select(isLeft, 0.5, 0.75))
    let inner = line(t, select(isLeft, 1.25, 0.5), 1.5)
    let first: N = select(isLeft, 0.5, 1.25)
    let d = fma(t.hi, inner.hi, first)
    let dLost = N.product(t.hi, inner.hi, minus: d - first)
    let bottom = Pair(d, fma(t.hi, inner.lo, fma(t.lo, inner.hi, dLost)))
    let w = top / bottom * Pair(select(isLeft, e.hi, 1), select(isLeft, e.lo, 0))
    let y = fma(x, w.hi, x * w.lo).scaled(byPowerOfTwo: select(isLeft, k, 0))
    return select(x == N(.infinity), x, y)
  }

  /// slope t + first for 0 <= t <= 1, whose difference to `first` is exact.
  @inline(__always) static func line<N: Number>(_ t: Pair<N>, _ slope: N, _ first: N) -> Pair<N> {
    let y = fma(slope, t.hi, first)
    return Pair(y, fma(slope, t.lo, N.product(slope, t.hi, minus: y - first)))
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
