/// A function of one number that the evaluator knows, each with a stable derivative (Derivative.swift).
public enum UnaryFunction: UInt8, Hashable, Sendable, CaseIterable {
  /// -a.
  case negate
  /// e^a and e^a - 1.
  case exp, expm1
  /// Natural logarithms of a and of 1 + a.
  case log, log1p
  /// Hyperbolic functions; sech is 1/cosh.
  case tanh, sinh, cosh, sech
  /// Inverse tangent and inverse hyperbolic sine.
  case atan, asinh
  /// Gauss error function and 1 - erf without cancellation.
  case erf, erfc
  /// Square root.
  case sqrt
  /// Magnitude; its derivative at 0 is 0.
  case abs
  /// -1, 0 or 1; NaN stays NaN; its derivative is 0.
  case sign
  /// Largest integer not above; its derivative is 0.
  case floor
  /// Circular functions of an angle in radians.
  case sin, cos
  /// 1/(1 + e^-a), log(1 + e^a).
  case sigmoid, softplus

  /// The name in the formula language; "-" for negation.
  public var name: String {
    switch self {
    case .negate: "-"
    case .exp: "exp"
    case .expm1: "expm1"
    case .log: "log"
    case .log1p: "log1p"
    case .tanh: "tanh"
    case .sinh: "sinh"
    case .cosh: "cosh"
    case .sech: "sech"
    case .atan: "atan"
    case .asinh: "asinh"
    case .erf: "erf"
    case .erfc: "erfc"
    case .sqrt: "sqrt"
    case .abs: "abs"
    case .sign: "sign"
    case .floor: "floor"
    case .sin: "sin"
    case .cos: "cos"
    case .sigmoid: "sigmoid"
    case .softplus: "softplus"
    }
  }
}

/// A function of two numbers.
public enum BinaryOperator: UInt8, Hashable, Sendable, CaseIterable {
  /// Arithmetic.
  case add, subtract, multiply, divide
  /// a^b, as C's pow.
  case power
  /// IEEE 754-2019 minimum and maximum: NaN wins, and -0 is below +0.
  case minimum, maximum
}

/// A comparison; with a NaN every one but `!=` is false.
public enum Comparison: UInt8, Hashable, Sendable, CaseIterable {
  /// `<`, `<=`, `>`, `>=`, `==`, `!=`.
  case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual

  /// The operator in the formula language.
  public var symbol: String {
    switch self {
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .equal: "=="
    case .notEqual: "!="
    }
  }
}
