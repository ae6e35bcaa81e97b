/// Rational: a quotient of polynomials of degrees 5 and 4, safe (version A): its denominator is at least 1.
///
///     P = a_0 + a_1 x + ... + a_5 x^5,  Q = 1 + |b_0| |x| + ... + |b_3| |x|^4
///     rational(x) = P / Q
///
/// The derivative of |b| at 0 is 1 here, as the formula's branch says, so that b = 0 can learn.
/// rational(NaN) = NaN; rational(±inf) is the limit where b_3 is not 0.
/// Source: arXiv:1907.06732 (PAU), arXiv:2409.10594 (groups).
enum Rational: CoefficientActivation {
  /// a, b.
  @inline(__always) static var parameters: Int { 2 }

  /// Degrees 5 and 4.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool {
    count[0] == 6 && count[1] == 4
  }

  /// The formula.
  ///
  /// From |x| = 2^16 on, where x^5 will overflow, both polynomials are divided by x^4 and run
  /// backwards in 1 / x.
  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {
    let isFar = L.and(abs(x) > 0x1p16, p[1, 3] != 0)
    let z = select(isFar, 1 / x, x)
    let size = abs(z)
    var numerator = select(isFar, p[0, 0], p[0, 5])
    for k in 1...5 {
      numerator = fma(numerator, z, select(isFar, p[0, k], p[0, 5 - k]))
    }
    var denominator = select(isFar, 1, abs(p[1, 3]))
    for k in 1...3 {
      denominator = fma(denominator, size, abs(select(isFar, p[1, k - 1], p[1, 3 - k])))
    }
    denominator = fma(denominator, size, select(isFar, abs(p[1, 3]), 1))
    let quotient = numerator / denominator
    return select(isFar, x * quotient, quotient)
  }

  /// The derivatives, by hand.
  ///
  /// With S = sign(x) (|b_0| + 2 |b_1| |x| + ...): by x (P' - (P / Q) S) / Q, by a_j x^j / Q, by b_k
  /// -(P / Q) sign(b_k) |x|^(k + 1) / Q. From |x| = 2^20 on as at 2^20.
  @inline(__always) static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L {
    let z = clamp(x, -0x1p20, 0x1p20)
    let size = abs(z)
    var (P, dP) = (p[0, 5], L(0))
    for k in 1...5 {
      dP = fma(dP, z, P)
      P = fma(P, z, p[0, 5 - k])
    }
    var (Q, dQ) = (abs(p[1, 3]), L(0))
    for k in 1...4 {
      dQ = fma(dQ, size, Q)
      Q = fma(Q, size, k == 4 ? 1 : abs(p[1, 3 - k]))
    }
    let inverse = 1 / Q
    let quotient = P * inverse
    var power = dy * inverse
    for j in 0...5 {
      sums.add(0, j, power)
      power = power * z
    }
    power = dy * inverse * quotient
    for k in 0...3 {
      power = power * size
      sums.add(1, k, select(p[1, k] >= 0, -power, power))
    }
    return dy * (dP - quotient * dQ * L.sign(z)) * inverse
  }
}
