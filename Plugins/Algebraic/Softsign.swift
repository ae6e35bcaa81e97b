/// Softsign: a sign that is smooth, with tails that fall slowly.
///
///     softsign(x) = x / (1 + |x|)
///
/// softsign(NaN) = NaN, softsign(±inf) = ±1.
/// Source: Turian, Bergstra, Bengio, NAACL 2009.
enum Softsign: Activation {
  /// The formula; from 2^60 on it is ±1, and infinity over infinity would be NaN.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = clamp(a.x, -0x1p60, 0x1p60)
    return x / (1 + abs(x))
  }

  /// 1 / (1 + |x|)^2, divided twice because the square may overflow.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let d = 1 + abs(a.x)
    return Gradient(x: 1 / d / d)
  }
}
