/// GELU-tanh: the approximation of GELU that most language models are trained with.
///
///     v = 2 sqrt(2 / pi) (x + 0.044715 x^3)
///     gelu-tanh(x) = x (1 + tanh(v / 2)) / 2 = x sigmoid(v)
///
/// gelu-tanh(NaN) = NaN, gelu-tanh(+inf) = inf, gelu-tanh(-inf) = -0.
/// Source: Hendrycks and Gimpel, arXiv:1606.08415, section 2.
enum GELUtanh: Activation {
  /// v as a pair: rounded, it would cost 100 ULP where the result is e^-100.
  @inline(__always) static func exponent<N: Number>(_ x: N) -> Pair<N> {
    // 2 sqrt(2 / pi) in two parts, the first so short that its difference to the sum is exact, and 0.044715
    // times it as the nearest number and the rest.
    let (linear, linearRest) = (N(0x1.988p+0), N(0x1.14cf50d942344p-14))
    let cubic = Pair<N>(constant: 0x1.2444f2a4d8b4bp-4, -6.175149918155315e-19)
    let square = x * x
    let sum = fma(cubic.hi, square, linear)
    let rest = N.product(cubic.hi, square, minus: sum - linear) + linearRest
    let squareRest = N.productError(x, x, square)
    let sumRest = fma(cubic.hi, squareRest, fma(cubic.lo, square, rest))
    let v = x * sum
    return Pair(v, fma(x, sumRest, N.productError(x, sum, v)))
  }

  /// x sigmoid(v), the exponential scaled last; v is out of the sigmoid's reach from |x| = 50 on.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = clamp(a.x, -50, 50)
    return select(a.x > 50, a.x, sigmoid(exponent(x), times: x))
  }

  /// s (1 + x (1 - s) v') with s = sigmoid(v); from |x| = 50 on, where v' e^-v is nothing, as at 50.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let x = clamp(a.x, -50, 50)
    let v = exponent(x)
    let slope = fma(x * x, 3 * 0.07135481627260025, 1.5957691216057308)
    return Gradient(x: L.sigmoidSlope(v.hi, v.lo, x * slope))
  }
}
