// Functions between two bounds, made of lines.

/// Hardtanh: the input, kept within bounds.
///
///     hardtanh(x) = min(max(x, low), high)
///
/// The bounds have the derivative 0. hardtanh(NaN) = NaN.
enum Hardtanh: Activation {
  /// low, high.
  @inline(__always) static var parameters: Int { 2 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    clamp(a.x, a.p.0, a.p.1)
  }
}

/// HardSigmoid: the line of slope 1/6 through 1/2, kept within 0...1.
///
///     hard-sigmoid(x) = min(max(x + 3, 0), 6) / 6
///
/// hard-sigmoid'(±3) = 0. hard-sigmoid(NaN) = NaN.
/// Source: arXiv:1905.02244; torch's, not ONNX's.
enum HardSigmoid: Activation {
  /// The formula: x + 3 is exact where it nearly cancels, x/6 + 1/2 would not be.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    clamp(a.x + 3, 0, 6) / 6
  }
}

/// HardSigmoid-ONNX: a line kept within 0...1.
///
///     hard-sigmoid-onnx(x) = min(max(alpha x + beta, 0), 1)
///
/// The bounds have the derivative 0. hard-sigmoid-onnx(NaN) = NaN.
/// Source: ONNX HardSigmoid-6.
enum HardSigmoidONNX: Activation {
  /// alpha, beta.
  @inline(__always) static var parameters: Int { 2 }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    clamp(fma(a.p.0, a.x, a.p.1), 0, 1)
  }
}

/// SparseSigmoid: the line of slope 1/2 through 1/2, kept within 0...1: the derivative of SparsePlus.
///
///     sparse-sigmoid(x) = min(max((x + 1) / 2, 0), 1)
///
/// sparse-sigmoid'(±1) = 0. sparse-sigmoid(NaN) = NaN.
enum SparseSigmoid: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    clamp(0.5 * (a.x + 1), 0, 1)
  }
}

/// Threshold-unit: a step of trainable height, trained straight through.
///
///     threshold-unit(x) = x >= 0 ? s : 0
///
/// Backward has the derivatives of s clamp(x + 1/2, 0, 1). threshold-unit(NaN) = NaN.
/// Source: arXiv:2303.03382, section 2.
enum Thresholdunit: Activation {
  /// s.
  @inline(__always) static var parameters: Int { 1 }

  /// The formula; the inner choice passes NaN on.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x < 0, 0, select(a.x >= 0, a.p.0, a.x))
  }

  /// The ramp's: s within it, and by s its height.
  @inline(__always) static func gradient<L: Lanes>(_ a: Arguments<L>) -> Gradient<L> {
    Gradient(x: select(abs(a.x) < 0.5, a.p.0, 0), p0: clamp(a.x + 0.5, 0, 1))
  }
}
