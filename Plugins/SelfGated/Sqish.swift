/// Sqish: a smooth maximum of x and alpha x, by a reciprocal square root.
///
///     sqish(x) = alpha x + (1 - alpha) x / sqrt(1 + beta exp(-2 gamma (1 - alpha) x))
///
/// For alpha in 0...1 and gamma > 0: sqish(NaN) = NaN, sqish(+inf) = inf, sqish(-inf) = -inf (-0 for alpha = 0).
/// Source: arXiv:2310.10126.
enum Sqish: Activation {
  /// alpha, beta, gamma.
  @inline(__always) static var parameters: Int { 3 }

  /// What value and derivatives have in common, with q = gamma (1 - alpha) x.
  struct Parts<N: Number> {
    /// 1 - alpha.
    var d: Pair<N>
    /// True where q is negative.
    var isLeft: N.Mask
    /// e^-|q| = 2^k (hi + lo), and h, the same as one number.
    var k: N
    var e: Pair<N>
    var h: N
    /// 1 / sqrt(1 + beta e^(-2q)), without the factor h on the left.
    var inverse: Pair<N>
  }

  @inline(__always) static func parts<N: Number>(_ a: Arguments<N>) -> Parts<N> {
    let d = Pair(1, 0) + Pair(-a.p.0, 0)
    // As a pair: rounded, q would cost 80 ULP where a part is e^-80.
    let q = Pair(a.p.2, 0) * d * Pair(a.x, 0)
    let isLeft = q.hi < 0
    let lo = select(abs(q.hi) < 2000, select(isLeft, q.lo, -q.lo), 0)
    let (k, e) = exponential(-abs(q.hi))
    let eLost = fma(e.hi, lo, e.lo)
    let h = (e.hi + eLost).scaled(byPowerOfTwo: k)
    let v = select(isLeft, fma(h, h, a.p.1), fma(a.p.1 * h, h, 1))
    // What root and division lose, from their exact remainders.
    let root = sqrt(v)
    let inverse = 1 / root
    let rest = fma(
      0.5 * inverse * inverse, N.product(root, root, minus: v),
      -N.product(root, inverse, minus: 1))
    return Parts(
      d: d, isLeft: isLeft, k: k, e: Pair(e.hi, eLost), h: h,
      inverse: Pair(inverse, inverse * rest))
  }

  /// The formula; where the exponential would overflow, as (1 - alpha) x e^q / sqrt(e^2q + beta).
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let (x, parts) = (a.x, parts(a))
    let (isLeft, e) = (parts.isLeft, parts.e)
    let isFar = abs(x) == N(.infinity)
    let finite = Pair(select(isFar, sign(x), x), 0)
    // Part of a small power comes first, or the product would overflow before.
    let isSmall = N.and(isLeft, parts.k < -64)
    let power = select(isLeft, parts.k, 0) + select(isSmall, 64, 0)
    let part = parts.d * finite * Pair(select(isSmall, 0x1p-64, 1), 0)
    let weighted =
      part * parts.inverse * Pair(select(isLeft, e.hi, 1), select(isLeft, e.lo, 0))
    let tail = Pair(
      weighted.hi.scaled(byPowerOfTwo: power), weighted.lo.scaled(byPowerOfTwo: power))
    let sum = Pair(a.p.0, 0) * finite + tail
    let limit = select(x > 0, x, select(a.p.0 == 0, 0 * finite.hi, a.p.0 * x))
    return select(isFar, limit, sum.hi + sum.lo)
  }

  /// The derivatives, by hand.
  ///
  /// With r the reciprocal root and w = e^(-2q) r^3: by x alpha + d r + d^2 gamma beta x w, by alpha
  /// x (1 - r) - d gamma beta x^2 w, by beta -d x w / 2, by gamma d^2 beta x^2 w.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let (beta, gamma) = (a.p.1, a.p.2)
    let parts = parts(a)
    let (d, h, inverse) = (parts.d.hi, parts.h, parts.inverse.hi + parts.inverse.lo)
    let r = select(parts.isLeft, h * inverse, inverse)
    let h2 = h * h
    // Beyond the bound w is nothing, and infinity times 0 is not a limit.
    let x = clamp(a.x, -0x1p60, 0x1p60)
    let wx = x * select(parts.isLeft, h, h2) * inverse * inverse * inverse
    // 1 - r without cancellation where r is near 1.
    let rest = select(parts.isLeft, a.x * (1 - r), x * (beta * h2 * r * r / (1 + r)))
    let bend = d * beta * wx
    return Gradient(
      x: a.p.0 + fma(d * gamma, bend, d * r),
      p0: fma(-gamma * x, beta * d * wx, rest), p1: -0.5 * d * wx, p2: d * x * bend)
  }
}
