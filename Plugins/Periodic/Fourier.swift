/// Fourier: a trigonometric series with learnable coefficients and frequency.
///
///     fourier(x) = A + sum over k = 1...n of a_k cos(k w x) + b_k sin(k w x)
///
/// fourier(NaN) = fourier(±inf) = NaN: it has no limit there.
/// Source: arXiv:2004.13271.
enum Fourier: CoefficientActivation {
  /// A, w, a, b.
  @inline(__always) static var parameters: Int { 4 }

  /// One A and one w; as many cosines as sines.
  static func accepts(_ count: InlineArray<6, Int>) -> Bool {
    count[0] == 1 && count[1] == 1 && count[2] == count[3]
  }

  /// cos(k t) and sin(k t), t a pair: its rounding would be an error of the size of t.
  @inline(__always) static func wave<L: Lanes>(_ t: Pair<L>, _ k: L) -> (cos: L, sin: L) {
    let hi = k * t.hi
    let lo = fma(k, t.lo, L.productError(k, t.hi, hi))
    let (s, c) = (sin(hi), cos(hi))
    return (fma(-lo, s, c), fma(lo, c, s))
  }

  /// The formula.
  @inline(__always) static func value<L: Lanes>(_ x: L, _ p: Coefficients<L>) -> L {
    let t = product(p[1, 0], x)
    var y = p[0, 0]
    for k in 0..<p.count(2) {
      let wave = wave(t, L(Double(k + 1)))
      y = fma(p[2, k], wave.cos, fma(p[3, k], wave.sin, y))
    }
    return y
  }

  /// By A 1, by a_k cos(k w x), by b_k sin(k w x), by w x s and by x w s, with s the sum of
  /// k (b_k cos(k w x) - a_k sin(k w x)).
  @inline(__always) static func gradient<L: Lanes>(
    _ x: L, _ dy: L, _ p: Coefficients<L>, _ sums: CoefficientSums<L>
  ) -> L {
    let t = product(p[1, 0], x)
    var slope: L = 0
    for k in 0..<p.count(2) {
      let order = L(Double(k + 1))
      let wave = wave(t, order)
      slope = fma(order, fma(p[3, k], wave.cos, -p[2, k] * wave.sin), slope)
      sums.add(2, k, dy * wave.cos)
      sums.add(3, k, dy * wave.sin)
    }
    sums.add(0, 0, dy)
    sums.add(1, 0, dy * (x * slope))
    return dy * (p[1, 0] * slope)
  }
}
