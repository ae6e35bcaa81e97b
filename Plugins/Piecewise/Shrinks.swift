// Functions that set inputs within a threshold to a constant. Comparisons are written so that NaN takes the
// branch that computes with it.

/// Hardshrink: small inputs become zero.
///
///     hardshrink(x) = |x| <= lambda ? 0 : x
///
/// hardshrink(NaN) = NaN; the thresholds have the derivative 0.
enum Hardshrink: Activation {
  /// lambda.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(abs(a.x) <= a.p.0, 0, a.x)
  }
}

/// Softshrink: inputs move towards zero by lambda.
///
///     softshrink(x) = |x| <= lambda ? 0 : x - sign(x) lambda
///
/// softshrink(NaN) = NaN; the thresholds have the derivative 0.
enum Softshrink: Activation {
  /// lambda.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(abs(a.x) <= a.p.0, 0, a.x - sign(a.x) * a.p.0)
  }
}

/// Shrink: small inputs become zero, others move by a bias.
///
///     shrink(x) = |x| <= lambda ? 0 : x - sign(x) bias
///
/// shrink(NaN) = NaN; the thresholds have the derivative 0.
/// Source: ONNX Shrink-9.
enum Shrink: Activation {
  /// lambda, bias.
  @inline(__always) static var parameters: Int { 2 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(abs(a.x) <= a.p.0, 0, a.x - sign(a.x) * a.p.1)
  }
}

/// Threshold: inputs up to theta become a value.
///
///     threshold(x) = x <= theta ? value : x
///
/// threshold(NaN) = NaN; threshold'(theta) = 0.
enum Threshold: Activation {
  /// theta, value.
  @inline(__always) static var parameters: Int { 2 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x <= a.p.0, a.p.1, a.x)
  }
}
