// Mish without its logarithm: with E = e^-x,
//
//     1 / tanh(log(1 + e^x)) = E + 1/2 + 1 / (2 + 4 E),
//
// a sum of positive terms. From rounded parts (softplus, then tanh) it would be 46 ULP wrong.

extension Lanes {
  /// x tanh(log(1 + e^x)).
  ///
  /// - Error: 1.8 ULP f32, 1.6 ULP f64, subnormal results included.
  /// - mish(-inf) = -0, mish(+inf) = inf, mish(NaN) = NaN.
  @inline(__always) static func mish(_ x: Self) -> Self {
    let c = constants
    let bounded = max(x, c.expFloor)
    let (k, m) = reducedNegative(min(bounded, c.sigmoidCeiling), 0)
    // All terms times p, so that none overflows: E p = 1 + m.
    let p = power(k)
    let inverse = inverse(fma(m, 2, p + 2))
    let rest = fma(0.5 * p, inverse, 0.5)
    let t = fma(p, rest, m)
    var d = Pair(1 + t, 0)
    d.lo = (1 - d.hi) + t
    // Without FMA the quotient is rounded twice, and there is less room for what these sums lose.
    if !hasFMA { d.lo = d.lo + fma(p, fma(0.5 * p, inverse, 0.5 - rest), (p * rest - t) + m) }
    let y = quotient(bounded, d).scaled(byPowerOfTwo: k)
    return select(x > c.sigmoidCeiling, x, y)
  }

  /// The derivative of mish, w + x (1 - w^2) sigmoid(x) with w = tanh(log(1 + e^x)).
  ///
  /// - Error: 3 ULP + 2e-7 f32, 3 ULP + 4e-16 f64 (it has a zero at -1.192).
  /// - 0 at -inf, 1 at +inf, NaN at NaN.
  @inline(__always) static func mishSlope(_ x: Self) -> Self {
    // t (t + 2) / d + 4 x t (1 + t) / d^2 with d = t (t + 2) + 2; beyond the ceiling x e^-2x is nothing.
    let c = constants
    let bounded = min(max(x, c.expFloor), c.sigmoidCeiling)
    let (k, m) = reduced(bounded)
    let grown = 1 + m
    let t = grown.scaled(byPowerOfTwo: k)
    let inverse = inverse(fma(t, t + 2, 2))
    let slope = fma(4 * bounded * inverse, t + 1, t + 2) * inverse
    return (grown * slope).scaled(byPowerOfTwo: k)
  }
}
