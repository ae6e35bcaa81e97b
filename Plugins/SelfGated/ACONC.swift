/// ACON-C: a smooth maximum of p1 x and p2 x.
///
///     z = beta (p1 - p2) x
///     acon-c(x) = (p1 - p2) x sigmoid(z) + p2 x = x (p1 sigmoid(z) + p2 sigmoid(-z))
///
/// acon-c(NaN) = NaN; for z = +inf the limit is that of p1 x, for z = -inf that of p2 x, and 0 where the
/// factor is 0.
/// Source: Ma, Zhang, Liu, Sun, arXiv:2009.04759.
enum ACONC: Activation {
  /// p1, p2, beta.
  @inline(__always) static var parameters: Int { 3 }

  /// p1 - p2, rounded, and z as a pair: rounded, it would cost 80 ULP where a part is e^-80.
  @inline(__always) static func exponent<N: Number>(_ a: Arguments<N>) -> (d: N, z: Pair<N>) {
    let d = Pair(a.p.0, 0) + Pair(-a.p.1, 0)
    let steepness = Pair(a.p.2, 0) * d
    let z = steepness * Pair(a.x, 0)
    return (d.hi, Pair(z.hi, select(abs(z.hi) < 2000, z.lo, 0)))
  }

  /// The second form of the formula, in which like signs do not cancel.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let (x, z) = (a.x, exponent(a).z)
    let isFar = abs(x) == N(.infinity)
    let finite = select(isFar, 1, x)
    let near =
      Swishbeta.weighted(z, times: a.p.0 * finite)
      + Swishbeta.weighted(-z, times: a.p.1 * finite)
    let slope = select(z.hi > 0, a.p.0, a.p.1)
    let limit = select(z.hi == z.hi, select(slope == 0, 0, slope * x), z.hi)
    return select(isFar, limit, near)
  }

  /// With s = sigmoid(z), u = s (1 + z (1 - s)) and v = (1 - s) (1 - z s): by x p1 u + p2 v, by p1 x u, by p2
  /// x v, by beta (p1 - p2)^2 x^2 s (1 - s).
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let (d, z) = exponent(a)
    let near = clamp(z.hi, -2000, 2000)
    let u = L.sigmoidSlope(z.hi, z.lo, min(near, 100))
    let v = L.sigmoidSlope(-z.hi, -z.lo, -max(near, -100))
    let dx = d * select(abs(a.x) == L(.infinity), 1, a.x)
    return Gradient(
      x: fma(a.p.0, u, a.p.1 * v), p0: select(u == 0, 0, a.x * u), p1: select(v == 0, 0, a.x * v),
      p2: Swishbeta.weighted(z, times: dx) * Swishbeta.weighted(-z, times: dx))
  }
}
