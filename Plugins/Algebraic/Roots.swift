// Smooth units made of a square root. None of them lets x^2 overflow, and none subtracts what nearly cancels.

/// Squareplus: a smooth ReLU without an exponential.
///
///     squareplus(x) = (x + sqrt(x^2 + b)) / 2
///
/// squareplus(NaN) = NaN, squareplus(+inf) = inf, squareplus(-inf) = 0.
/// Source: Barron, arXiv:2112.11687, equation 1.
enum Squareplus: Activation {
  /// b.
  @inline(__always) static var parameters: Int { 1 }

  /// sqrt(x^2 + b), which is |x| where b is nothing to x^2: there the square may overflow.
  @inline(__always) static func root<N: Number>(_ x: N, _ b: N) -> N {
    select(b <= x * x * 0x1p-60, abs(x), sqrt(N.fma(x, x, b)))
  }

  /// The formula; left of 0, where it would cancel, as b / (2 (root - x)), both halved so as not to overflow.
  ///
  /// There what the sum and the division lose is made good by their remainders.
  @inline(__always) static func value<N: Number>(_ x: N, _ b: N, _ root: N) -> N {
    let half = fma(0.5, abs(x), 0.5 * root)
    let lost = (0.5 * root - half) + 0.5 * abs(x)
    let inverse = 1 / half
    let quarter = 0.25 * b
    let q = quarter * inverse
    let excess = fma(q, lost, N.product(q, half, minus: quarter))
    return select(x < 0, q - select(half < 0x1p100, excess * inverse, 0), half)
  }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    value(a.x, a.p.0, root(a.x, a.p.0))
  }

  /// (1 + x / root) / 2 is the value over the root; where both are 0, as for b = 0, it is 0.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let r = root(a.x, a.p.0)
    return Gradient(x: value(a.x, a.p.0, r) / select(r == 0, 1, r))
  }
}

/// ISRU: inverse square root unit, a sigmoid-like function without an exponential.
///
///     isru(x) = x / sqrt(1 + alpha x^2)
///
/// isru(NaN) = NaN, isru(±inf) = ±1 / sqrt(alpha).
/// Source: arXiv:1710.09967, section 4.
enum ISRU: Activation {
  /// alpha.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula; ±1 / sqrt(alpha) where 1 is nothing to alpha x^2, which there may overflow.
  @inline(__always) static func value<N: Number>(_ x: N, _ alpha: N) -> N {
    let q = alpha * x * x
    let isFar = q >= 0x1p60
    let top = select(isFar, sign(x), x)
    return top / sqrt(select(isFar, alpha, fma(alpha * x, x, 1)))
  }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    value(a.x, a.p.0)
  }

  /// d^(-3/2) with d = 1 + alpha x^2 and what rounding lost of that: to the power it is half as much again.
  ///
  /// Divided twice, because d^(3/2) may overflow where its inverse is a number.
  @inline(__always) static func slope<L: Lanes>(_ x: L, _ alpha: L) -> L {
    let z = alpha * x
    let d = L.fma(z, x, 1)
    let lost = fma(L.productError(alpha, x, z), x, L.product(z, x, minus: d - 1))
    let inverse = 1 / d
    let rest = select(d < 0x1p60, -1.5 * lost * inverse, 0)
    return fma(inverse, rest, inverse) / sqrt(d)
  }

  /// By x d^(-3/2), by alpha -y^3 / 2.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let y = value(a.x, a.p.0)
    return Gradient(x: slope(a.x, a.p.0), p0: -0.5 * y * y * y)
  }
}

/// ISRLU: inverse square root linear unit.
///
///     isrlu(x) = x >= 0 ? x : x / sqrt(1 + alpha x^2)
///
/// isrlu(NaN) = NaN, isrlu(+inf) = inf, isrlu(-inf) = -1 / sqrt(alpha).
/// Source: arXiv:1710.09967, equation 1.
enum ISRLU: Activation {
  /// alpha.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x >= 0, a.x, ISRU.value(a.x, a.p.0))
  }

  /// 1 or that of ISRU; by alpha on the left only.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let y = ISRU.value(a.x, a.p.0)
    let isRight = a.x >= 0
    return Gradient(
      x: select(isRight, 1, ISRU.slope(a.x, a.p.0)), p0: select(isRight, 0, -0.5 * y * y * y))
  }
}

/// Bent-identity: slope 1/2 on the far left, 3/2 on the far right.
///
///     bent-identity(x) = (sqrt(x^2 + 1) - 1) / 2 + x
///
/// bent-identity(NaN) = NaN, bent-identity(±inf) = ±inf.
enum Bentidentity: Activation {
  /// x + x w / 2 with w = x / (sqrt(x^2 + 1) + 1), in which nothing cancels; w is ±1 from 2^60 on.
  ///
  /// On the left the result is half of x, and every rounding would count twice: w is a pair.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = clamp(a.x, -0x1p60, 0x1p60)
    let root = sqrt(fma(x, x, 1))
    let d = root + 1
    let w = Pair(x, 0) / Pair(d, (root - d) + 1)
    let half = 0.5 * x
    let y = fma(half, w.lo, N.product(half, w.hi, minus: -x))
    return select(abs(a.x) > 0x1p60, a.x * fma(0.5, w.hi, 1), y)
  }

  /// 1 + x / (2 sqrt(x^2 + 1)).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -0x1p60, 0x1p60)
    return Gradient(x: fma(0.5, x / sqrt(fma(x, x, 1)), 1))
  }
}
