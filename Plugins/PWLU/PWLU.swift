/// PWLU: a piecewise linear unit over N equal intervals, its values, ends and outer slopes learnable.
///
///     d = (BR - BL) / N, u = (x - BL) / d, i = floor(u), t = u - i
///     pwlu(x) = Y_i + t (Y_i+1 - Y_i)   within BL...BR
///             = Y_0 + (x - BL) KL       left of it
///             = Y_N + (x - BR) KR       right of it
///
/// At a knot the derivative is that of the right side. pwlu(NaN) = NaN.
/// Source: arXiv:2104.03693, section 3.1.
enum PWLU: CoefficientActivation {
  /// Y, BL, BR, KL, KR.
  @inline(__always) static var parameters: Int { 5 }
  /// Y.
  @inline(__always) static var tables: Int { 1 }

  /// At least two values; one of everything else.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool {
    count[0] >= 2 && count[1] == 1 && count[2] == 1 && count[3] == 1 && count[4] == 1
  }

  /// Where x falls: the interval's left knot and the way from it, t within 0...1; outside the ends, the
  /// end's interval with t = 0 or 1.
  @inline(__always) static func locate<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> Place<L> {
    let (left, right) = (p[1, 0], p[2, 0])
    let intervals = L(Double(p.count(0) - 1))
    let inside = min(max(x, left), right)
    let width = right - left
    let u = L.quotient((inside - left) * intervals, Pair(width, 0))
    // NaN must not become an index.
    let known = select(u == u, u, 0)
    let i = min(max(floor(known), 0), intervals - 1)
    return Place(i: i, t: u - i, u: u, density: intervals * L.inverse(width))
  }

  struct Place<L: Lanes> {
    var i: L
    var t: L
    var u: L
    /// Intervals in 1.
    var density: L
  }

  /// The formula.
  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {
    let place = locate(x, p)
    let (low, high) = p.lookUp(0, place.i)
    // Both products are exact at their end of the interval, so that the pieces meet.
    let inside = fma(place.t, high, (1 - place.t) * low)
    let left = fma(x - p[1, 0], p[3, 0], low)
    let right = fma(x - p[2, 0], p[4, 0], high)
    return select(x < p[1, 0], left, select(x > p[2, 0], right, inside))
  }

  /// The derivatives, by hand.
  ///
  /// Inside, with K the slope of the interval: by x K, by Y_i 1 - t, by Y_i+1 t, by BL K (u / N - 1), by BR
  /// -K u / N. Left: by Y_0 1, by KL x - BL, by BL -KL; right alike.
  @inline(__always) static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L {
    let place = locate(x, p)
    let (isLeft, isRight) = (x < p[1, 0], x > p[2, 0])
    let (low, high) = p.lookUp(0, place.i)
    let slope = (high - low) * place.density
    let share = place.u * L(1 / Double(p.count(0) - 1))
    sums.add(0, at: place.i, dy * (1 - place.t), dy * place.t)
    sums.add(
      1, 0, dy * select(isLeft, -p[3, 0], select(isRight, 0, slope * (share - 1))))
    sums.add(
      2, 0, dy * select(isRight, -p[4, 0], select(isLeft, 0, -slope * share)))
    sums.add(3, 0, dy * select(isLeft, x - p[1, 0], 0))
    sums.add(4, 0, dy * select(isRight, x - p[2, 0], 0))
    return dy * select(isLeft, p[3, 0], select(isRight, p[4, 0], slope))
  }
}
