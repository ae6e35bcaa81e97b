import CSystem

extension UnaryFunction {
  /// The function's value in double; NaN gives NaN, nothing traps.
  @inline(__always)
  func callAsFunction(_ a: Double) -> Double {
    switch self {
    case .negate: return -a
    case .exp: return CSystem.exp(a)
    case .expm1: return CSystem.expm1(a)
    case .log: return CSystem.log(a)
    case .log1p: return CSystem.log1p(a)
    case .tanh: return CSystem.tanh(a)
    case .sinh: return CSystem.sinh(a)
    case .cosh: return CSystem.cosh(a)
    case .sech:
      // 2 e^-|a| / (1 + e^-2|a|): no overflow, and subnormal where 1/cosh would already be 0.
      let e = CSystem.exp(-a.magnitude)
      return 2 * e / (1 + e * e)
    case .atan: return CSystem.atan(a)
    case .asinh: return CSystem.asinh(a)
    case .erf: return CSystem.erf(a)
    case .erfc: return CSystem.erfc(a)
    case .sqrt: return a.squareRoot()
    case .abs: return a.magnitude
    case .sign: return a > 0 ? 1 : a < 0 ? -1 : a * 0
    case .floor: return CSystem.floor(a)
    case .sin: return CSystem.sin(a)
    case .cos: return CSystem.cos(a)
    case .sigmoid:
      // The exponential of a number that is not positive never overflows, and both tails keep their digits.
      let e = CSystem.exp(-a.magnitude)
      return a < 0 ? e / (1 + e) : 1 / (1 + e)
    case .softplus:
      let tail = CSystem.log1p(CSystem.exp(-a.magnitude))
      return a > 0 ? a + tail : tail
    }
  }
}

extension BinaryOperator {
  /// The operator's value in double.
  @inline(__always)
  func callAsFunction(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide: return a / b
    case .power:
      // The square is the common power, and one multiplication rounds as well as pow does.
      return b == 2 ? a * a : CSystem.pow(a, b)
    case .minimum:
      if a.isNaN || b.isNaN { return a + b }
      if a == b { return a.sign == .minus ? a : b }
      return a < b ? a : b
    case .maximum:
      if a.isNaN || b.isNaN { return a + b }
      if a == b { return a.sign == .minus ? b : a }
      return a > b ? a : b
    }
  }
}

extension Comparison {
  /// True or false by IEEE 754: a NaN makes all but `!=` false.
  @inline(__always)
  func callAsFunction(_ a: Double, _ b: Double) -> Bool {
    switch self {
    case .less: return a < b
    case .lessOrEqual: return a <= b
    case .greater: return a > b
    case .greaterOrEqual: return a >= b
    case .equal: return a == b
    case .notEqual: return a != b
    }
  }
}
