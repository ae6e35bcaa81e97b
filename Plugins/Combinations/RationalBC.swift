/// Rational-B: a quotient of polynomials of degrees 5 and 4, safe (version B): its denominator is at least 1.
///
///     P = a_0 + a_1 x + ... + a_5 x^5,  Q = 1 + |b_0 x + ... + b_3 x^4|
///     rational-b(x) = P / Q
///
/// The derivative of |s| at 0 is 1 here, as the formula's branch says, so that b = 0 can learn.
/// rational-b(NaN) = NaN; rational-b(±inf) is the limit where b_3 is not 0.
/// Source: arXiv:1907.06732 (PAU), version B of its code.
enum RationalB: CoefficientActivation {
  /// a, b.
  @inline(__always) static var parameters: Int { 2 }

  /// Degrees 5 and 4.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool {
    count[0] == 6 && count[1] == 4
  }

  /// The formula.
  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {
    safeQuotient(x, p, floor: 1, first: 1)
  }

  /// The derivatives, by hand.
  @inline(__always) static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L {
    safeQuotientGradient(x, dy, p, sums, floor: 1, first: 1)
  }
}

/// Rational-C: a quotient of polynomials of degrees 5 and 4, safe (version C): its denominator is at least 0.1.
///
///     P = a_0 + a_1 x + ... + a_5 x^5,  Q = 0.1 + |b_0 + b_1 x + ... + b_4 x^4|
///     rational-c(x) = P / Q
///
/// The derivative of |s| at 0 is 1 here. rational-c(NaN) = NaN; rational-c(±inf) is the limit where b_4 is
/// not 0.
/// Source: arXiv:1907.06732 (PAU), version C of its code.
enum RationalC: CoefficientActivation {
  /// a, b.
  @inline(__always) static var parameters: Int { 2 }

  /// Degrees 5 and 4.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool {
    count[0] == 6 && count[1] == 5
  }

  /// The formula.
  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {
    safeQuotient(x, p, floor: 0.1, first: 0)
  }

  /// The derivatives, by hand.
  @inline(__always) static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L {
    safeQuotientGradient(x, dy, p, sums, floor: 0.1, first: 0)
  }
}
