/// SiLU with the derivative of half of the product: sigmoid(x), without x * sigmoid'(x).
enum WrongSlope: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N { silu(a.x) }

  /// The mistake.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: sigmoid(a.x))
  }
}
