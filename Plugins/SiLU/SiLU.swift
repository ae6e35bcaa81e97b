/// SiLU: the input weighted by its own sigmoid.
///
///     silu(x) = x / (1 + exp(-x))
///
/// silu(NaN) = NaN, silu(+inf) = inf, silu(-inf) = -0.
/// Source: Elfwing, Uchibe, Doya, arXiv:1702.03118; Ramachandran, Zoph, Le, arXiv:1710.05941.
public enum SiLU: Activation {
  /// The formula, with the exponential's argument never positive: the textbook form overflows below -88 and
  /// gives 0 where the answer is x exp(x). x goes into `exp` as a factor, so that it is scaled last.
  @inline(__always) public static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = a.x
    let e = Pair(-abs(x), 0)
    return select(x < 0, exp(e, times: x), x) / (1 + exp(e, times: 1))
  }

  /// s (1 + x (1 - s)) with s the sigmoid; the limits at ±inf are 1 and 0.
  @inline(__always) public static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -1400, 1400)
    let t = exp(-abs(x))
    let s = select(x < 0, t, 1) / (1 + t)
    // x t / (1 + t) is x s (1 - s) (1 + t) on both sides of zero.
    return Gradient(x: fma(exp(Pair(-abs(x), 0), times: x) / (1 + t), 1 / (1 + t), s))
  }
}
