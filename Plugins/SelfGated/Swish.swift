/// Swish-beta: the input weighted by its own sigmoid, whose steepness is learnable.
///
///     swish-beta(x) = x sigmoid(beta x)
///
/// For beta > 0: swish-beta(NaN) = NaN, swish-beta(+inf) = inf, swish-beta(-inf) = -0.
/// Source: Ramachandran, Zoph, Le, arXiv:1710.05941.
enum Swishbeta: Activation {
  /// beta.
  @inline(__always) static var parameters: Int { 1 }

  /// beta x as a pair: rounded, it would cost 80 ULP where the result is e^-80.
  @inline(__always) static func exponent<N: Number>(_ x: N, _ beta: N) -> Pair<N> {
    let z = beta * x
    return Pair(z, select(abs(z) < 2000, N.productError(beta, x, z), 0))
  }

  /// factor sigmoid(z), a zero where the sigmoid is nothing even times the largest number.
  @inline(__always) static func weighted<N: Number>(_ z: Pair<N>, times factor: N) -> N {
    select(z.hi < -2000, 0 * factor, sigmoid(z, times: factor))
  }

  /// The formula; an infinite input has its limit.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let (x, z) = (a.x, exponent(a.x, a.p.0))
    let isFar = abs(x) == N(.infinity)
    let near = weighted(z, times: select(isFar, sign(x), x))
    return select(isFar, select(z.hi < 0, near, x), near)
  }

  /// By x s (1 + z (1 - s)) with s = sigmoid(z), z = beta x; by beta x^2 s (1 - s).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let z = exponent(a.x, a.p.0)
    let x = select(abs(a.x) == L(.infinity), 1, a.x)
    return Gradient(
      x: L.sigmoidSlope(z.hi, z.lo, clamp(z.hi, -2000, 100)),
      p0: weighted(z, times: x) * weighted(-z, times: x))
  }
}

/// QuickGELU: GELU's approximation by a sigmoid.
///
///     quick-gelu(x) = x sigmoid(1.702 x)
///
/// quick-gelu(NaN) = NaN, quick-gelu(+inf) = inf, quick-gelu(-inf) = -0.
/// Source: Hendrycks and Gimpel, arXiv:1606.08415, section 2.
enum QuickGELU: Activation {
  /// 1.702 x as a pair, for an x that the sigmoid does not tell from infinity beyond ±1500.
  @inline(__always) static func exponent<N: Number>(_ x: N) -> Pair<N> {
    Pair(x, 0) * Pair(constant: 1.702, 4.263256414560601e-17)
  }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = clamp(a.x, -1500, 1500)
    return select(a.x > 1500, a.x, sigmoid(exponent(x), times: x))
  }

  /// s (1 + z (1 - s)) with s = sigmoid(z), z = 1.702 x.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let z = exponent(clamp(a.x, -1500, 1500))
    return Gradient(x: L.sigmoidSlope(z.hi, z.lo, z.hi))
  }
}
