// Divisions of which nothing is lost. A quotient of two rounded sums carries three roundings; with the parts
// that the sums lost, and the remainder of the division, it carries the last one only.

extension Number {
  /// n / d as a quotient and what it lacks; `inverse` is 1 / d.hi to half the precision or better.
  ///
  /// The two parts have the whole precision together, and the first of them has that of `inverse`.
  /// - Valid range: n.hi, d.hi and the quotient normal or zero, and not infinite.
  @inline(__always) static func quotient(
    _ n: Pair<Self>, _ d: Pair<Self>, _ inverse: Self
  ) -> Pair<Self> {
    let q = n.hi * inverse
    // The remainder of n.hi / d.hi is exact.
    let rest = fma(-q, d.lo, n.lo - product(q, d.hi, minus: n.hi))
    return Pair(q, rest * inverse)
  }
}

extension Lanes {
  /// n / d, rounded once; `inverse` and the valid range are as above.
  @inline(__always) static func quotient(
    _ n: Pair<Self>, _ d: Pair<Self>, inverse: Self
  ) -> Self {
    // In this order a zero keeps its sign.
    let q = n.hi * inverse
    let excess = fma(q, d.lo, product(q, d.hi, minus: n.hi) - n.lo)
    return fma(-excess, inverse, q)
  }
}
