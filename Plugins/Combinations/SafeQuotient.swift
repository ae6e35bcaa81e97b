// What versions B and C of the rational share: P / (floor + |S|), P of degree 5, S of degree 4 with the
// coefficients from the power `first` on.

/// The coefficient of x^k in S.
@inline(__always) func safeTerm<L: Lanes>(_ p: Coefficients<L>, _ k: Int, first: Int) -> L {
  k < first ? 0 : p[1, k - first]
}

/// P / (floor + |S|).
///
/// From |x| = 2^16 on, where x^5 will overflow, P is divided by x^5 and the rest by x^4, and both run
/// backwards in 1 / x.
@inline(__always) func safeQuotient<L: Lanes>(
  _ x: L, _ p: Coefficients<L>, floor: L, first: Int
) -> L {
  let isFar = L.and(abs(x) > 0x1p16, p[1, 4 - first] != 0)
  let z = select(isFar, 1 / select(isFar, x, 1), x)
  var numerator = select(isFar, p[0, 0], p[0, 5])
  for k in 1...5 {
    numerator = fma(numerator, z, select(isFar, p[0, k], p[0, 5 - k]))
  }
  var sum = select(isFar, safeTerm(p, 0, first: first), safeTerm(p, 4, first: first))
  for k in 1...4 {
    let term = select(
      isFar, safeTerm(p, k, first: first), safeTerm(p, 4 - k, first: first))
    sum = fma(sum, z, term)
  }
  let bottom = select(isFar, floor * (z * z) * (z * z), floor)
  let quotient = numerator / (bottom + abs(sum))
  return select(isFar, x * quotient, quotient)
}

/// dy times the derivatives of P / Q, Q = floor + |S|.
///
/// With s the sign of S, 1 at 0: by x (P' - (P / Q) s S') / Q, by a_j x^j / Q, by the coefficient of x^k in S
/// -(P / Q) s x^k / Q. From |x| = 2^20 on as at 2^20.
@inline(__always) func safeQuotientGradient<L: Lanes>(
  _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>, floor: L, first: Int
) -> L {
  let z = clamp(x, -0x1p20, 0x1p20)
  var (P, dP) = (p[0, 5], L(0))
  for k in 1...5 {
    dP = fma(dP, z, P)
    P = fma(P, z, p[0, 5 - k])
  }
  var (S, dS) = (safeTerm(p, 4, first: first), L(0))
  for k in 1...4 {
    dS = fma(dS, z, S)
    S = fma(S, z, safeTerm(p, 4 - k, first: first))
  }
  let isNegative = S < 0
  let inverse = 1 / (floor + abs(S))
  let quotient = P * inverse
  var power = dy * inverse
  for j in 0...5 {
    sums.add(0, j, power)
    power = power * z
  }
  power = dy * inverse * select(isNegative, quotient, -quotient)
  for k in 0...4 {
    if k >= first { sums.add(1, k - first, power) }
    power = power * z
  }
  return dy * ((dP - quotient * select(isNegative, -dS, dS)) * inverse)
}
