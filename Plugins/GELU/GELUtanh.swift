/// GELU-tanh: the approximation of GELU that most language models are trained with.
///
///     v = 2 sqrt(2 / pi) (x + 0.044715 x^3)
///     gelu-tanh(x) = x (1 + tanh(v / 2)) / 2 = x sigmoid(v)
///
/// gelu-tanh(NaN) = NaN, gelu-tanh(+inf) = inf, gelu-tanh(-inf) = -0.
/// Source: Hendrycks and Gimpel, arXiv:1606.08415, section 2.
public enum GELUtanh: Activation {
  /// -|v| as a pair: rounded, it would cost 100 ULP where the result is e^-100.
  @inline(__always) static func exponent<N: Number>(_ x: N) -> Pair<N> {
    // 2 sqrt(2 / pi) and 0.044715 times it, each as the nearest double and the rest.
    let linear = Pair<N>(constant: 1.5957691216057308, -9.96930880911092e-17)
    let cubic = Pair<N>(constant: 0.07135481627260025, -6.175149918155315e-19)
    return Pair(-abs(x), 0) * (linear + cubic * square(x))
  }

  /// x sigmoid(v), the exponential scaled last.
  @inline(__always) public static func value<N: Number>(_ a: Arguments<N>) -> N {
    let e = exponent(a.x)
    return select(a.x < 0, exp(e, times: a.x), a.x) / (1 + exp(e, times: 1))
  }

  /// s + x s (1 - s) v' with s = sigmoid(v); from |x| = 50 on, where v' e^-v is nothing, as at 50.
  @inline(__always) public static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -50, 50)
    let e = exponent(x)
    let t = exp(e, times: 1)
    let inverse = 1 / (1 + t)
    // x s (1 - s) is x t / (1 + t)^2 on both sides of zero.
    let slope = fma(x * x, 3 * 0.07135481627260025, 1.5957691216057308)
    return Gradient(
      x: inverse * fma(exp(e, times: x) * slope, inverse, select(x < 0, t, 1)))
  }
}
