/// ReLU: the positive part.
///
///     relu(x) = max(x, 0)
///
/// relu'(0) = 0. relu(NaN) = NaN, relu(+inf) = inf, relu(-inf) = 0.
/// Source: Nair and Hinton, ICML 2010.
enum ReLU: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    max(a.x, 0)
  }
}
