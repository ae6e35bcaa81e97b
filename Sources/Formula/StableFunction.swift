import CSystem

/// A function computed in one go, whose parts lose digits, overflow or meet as infinity times 0.
///
/// Formulas do not contain them; `Expression.stable()` puts them in.
public enum StableFunction: UInt8, Hashable, Sendable, CaseIterable {
  /// a * sigmoid(a) and its derivative by a.
  case silu, siluSlope
  /// a/2 * erfc(-a / sqrt(2)) and its derivative by a.
  case gelu, geluSlope
  /// a * tanh(softplus(a)) and its derivative by a.
  case mish, mishSlope
  /// f * exp(a * b), the product unrounded and f multiplied before the exponential is scaled: 0 where the
  /// exponential is, whatever f.
  case expTimes
  /// f * sigmoid(a * b), likewise.
  case sigmoidTimes

  /// How many operands it has: f, a and b, or a alone.
  public var operandCount: Int {
    switch self {
    case .expTimes, .sigmoidTimes: 3
    default: 1
    }
  }

  /// The name in printed expressions and in emitted code.
  public var name: String {
    switch self {
    case .silu: "silu"
    case .siluSlope: "silu_slope"
    case .gelu: "gelu"
    case .geluSlope: "gelu_slope"
    case .mish: "mish"
    case .mishSlope: "mish_slope"
    case .expTimes: "exp_times"
    case .sigmoidTimes: "sigmoid_times"
    }
  }
}

extension StableFunction {
  /// The function's value in double; `f` and `b` are of no account where it has one operand.
  func callAsFunction(_ first: Double, _ second: Double, _ third: Double) -> Double {
    let a = first
    switch self {
    case .silu: return Self.gated(a, a, 0)
    case .siluSlope:
      return Self.gated(1 + Self.gated(a, -a, 0), a, 0)
    case .gelu: return a == -.infinity ? -0.0 : 0.5 * a * CSystem.erfc(-a * 0.5.squareRoot())
    case .geluSlope:
      let density = Self.decayed(a, -0.5 * a, a) * 0.3989422804014327
      return 0.5 * CSystem.erfc(-a * 0.5.squareRoot()) + density
    case .mish:
      // tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2).
      if a > 40 { return a }
      let half = CSystem.exp(0.5 * a)
      let e = half * half
      return a == -.infinity ? -0.0 : a * half * ((e + 2) / (e * (e + 2) + 2)) * half
    case .mishSlope:
      if a > 40 { return 1 }
      let e = CSystem.exp(a)
      let d = e * (e + 2) + 2
      return a == -.infinity ? 0 : e * ((e + 2) / d + 4 * a * (e + 1) / d / d)
    case .expTimes: return Self.decayed(first, second, third)
    case .sigmoidTimes:
      let p = second * third
      return Self.gated(first, p, p.isFinite ? (-p).addingProduct(second, third) : 0)
    }
  }

  /// f * exp(a * b).
  private static func decayed(_ f: Double, _ a: Double, _ b: Double) -> Double {
    let p = a * b
    // Half the exponent twice: neither half overflows or vanishes before f has come.
    if p < -1400 { return f.isNaN ? f : f.sign == .minus ? -0.0 : 0 }
    let half = CSystem.exp(0.5 * p)
    if f.isInfinite || p.isInfinite { return f * half * half }
    let scaled = f * half
    return scaled.addingProduct(scaled, (-p).addingProduct(a, b)) * half
  }

  /// f / (1 + exp(-(hi + lo))).
  private static func gated(_ f: Double, _ hi: Double, _ lo: Double) -> Double {
    let e = CSystem.exp(-hi.magnitude)
    if hi >= 0 { return f / (1 + e * (1 - lo)) }
    return decayed(f.isFinite ? f.addingProduct(f, lo) : f, hi, 1) / (1 + e)
  }
}
