/// xIELU: the integral of ELU, with trainable slopes on both sides.
///
///     xielu(x) = alpha_p x^2 + beta x                  for x > 0
///              = alpha_n (exp(x) - 1 - x) + beta x     else
///     alpha_p = softplus(ap), alpha_n = beta + softplus(an)
///
/// xielu'(0) = beta. xielu(NaN) = NaN, xielu(±inf) = inf.
/// Source: arXiv:2411.13010, section 3.
enum xIELU: Activation {
  /// ap, an, beta.
  @inline(__always) static var parameters: Int { 3 }

  /// The formula.
  ///
  /// Left of -1 the two linear terms are taken together, because inf - inf has no value; right of it apart,
  /// because together they cancel.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let (x, rest, beta) = (a.x, softplus(a.p.1), a.p.2)
    let e = expm1(min(x, 0))
    let far = fma(beta + rest, e, -rest * x)
    let near = fma(beta + rest, e - x, beta * x)
    return select(x > 0, x * fma(softplus(a.p.0), x, beta), select(x < -1, far, near))
  }

  /// By x 2 alpha_p x + beta or alpha_n (e^x - 1) + beta; by ap and an what they multiply.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    let (x, beta) = (a.x, a.p.2)
    let isRight = x > 0
    let e = expm1(min(x, 0))
    let right = fma(2 * softplus(a.p.0), x, beta)
    let left = fma(beta + softplus(a.p.1), e, beta)
    return Gradient(
      x: select(isRight, right, left), p0: select(isRight, sigmoid(a.p.0) * x * x, 0),
      p1: select(isRight, 0, sigmoid(a.p.1) * (e - x)), p2: select(isRight, x, e))
  }
}
