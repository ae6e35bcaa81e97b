import CSystem
import Formula

/// A formula evaluated in 80-bit arithmetic.
///
/// Eleven bits more than the kernels' widest type, and the exact fractions of its decimals. Walks the expression's nodes by itself, so that it
/// shares no arithmetic with the evaluator that the host uses.
struct WideEvaluator {
  private let nodes: [Node]
  private let constants: [Float80]
  private var cells: [Float80]

  init(_ expression: Expression) {
    nodes = expression.nodes
    cells = [Float80](repeating: 0, count: nodes.count)
    constants = nodes.map { node in
      guard case .constant(let c) = node else { return 0 }
      return c.isExact
        ? Float80(c.numerator) / Float80(c.denominator) : Float80(c.value) + Float80(c.rest)
    }
  }

  /// The value at a point.
  mutating func callAsFunction(
    x: Double, g: Double, u: Double, coefficients: [[Double]]
  ) -> Float80 {
    for (i, node) in nodes.enumerated() {
      switch node {
      case .constant: cells[i] = constants[i]
      case .variable(.x): cells[i] = Float80(x)
      case .variable(.g): cells[i] = Float80(g)
      case .variable(.u): cells[i] = Float80(u)
      case .variable(.coefficient(let parameter, let index)):
        cells[i] = Float80(coefficients[parameter][index])
      case .unary(let f, let a): cells[i] = Self.unary(f, cells[Int(a)])
      case .binary(let f, let a, let b): cells[i] = Self.binary(f, cells[Int(a)], cells[Int(b)])
      case .compare(let f, let a, let b):
        cells[i] = Self.compare(f, cells[Int(a)], cells[Int(b)]) ? 1 : 0
      case .select(let c, let a, let b): cells[i] = cells[Int(cells[Int(c)] != 0 ? a : b)]
      default: cells[i] = .nan
      }
    }
    return cells[nodes.count - 1]
  }

  /// At the last point: the side of every kink that the evaluation was on.
  ///
  /// Two points with different
  /// sides have a kink between them.
  var sides: [Int8] {
    nodes.enumerated().compactMap { i, node in
      switch node {
      case .compare: return cells[i] != 0 ? 1 : 0
      case .binary(.maximum, let a, let b), .binary(.minimum, let a, let b):
        return cells[Int(a)] > cells[Int(b)] ? 1 : 0
      case .unary(.abs, let a), .unary(.sign, let a):
        return cells[Int(a)] > 0 ? 1 : cells[Int(a)] < 0 ? -1 : 0
      case .unary(.floor, _):
        return Int8(truncatingIfNeeded: Int(exactly: cells[i].remainder(dividingBy: 64)) ?? 0)
      default: return nil
      }
    }
  }

  private static func unary(_ f: UnaryFunction, _ a: Float80) -> Float80 {
    switch f {
    case .negate: return -a
    case .exp: return expl(a)
    case .expm1: return expm1l(a)
    case .log: return logl(a)
    case .log1p: return log1pl(a)
    case .tanh: return tanhl(a)
    case .sinh: return sinhl(a)
    case .cosh: return coshl(a)
    case .sech: return 1 / coshl(a)
    case .atan: return atanl(a)
    case .asinh: return asinhl(a)
    case .erf: return erfl(a)
    case .erfc: return erfcl(a)
    case .sqrt: return a.squareRoot()
    case .abs: return a.magnitude
    case .sign: return a > 0 ? 1 : a < 0 ? -1 : a * 0
    case .floor: return a.rounded(.down)
    case .sin: return sinl(a)
    case .cos: return cosl(a)
    case .sigmoid: return 1 / (1 + expl(-a))
    case .softplus: return (a > 0 ? a : a.isNaN ? a : 0) + log1pl(expl(-a.magnitude))
    }
  }

  private static func binary(_ f: BinaryOperator, _ a: Float80, _ b: Float80) -> Float80 {
    switch f {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide: return a / b
    case .power: return b == 2 ? a * a : powl(a, b)
    case .minimum: return a.isNaN || b.isNaN ? .nan : a < b ? a : b
    case .maximum: return a.isNaN || b.isNaN ? .nan : a > b ? a : b
    }
  }

  private static func compare(_ f: Comparison, _ a: Float80, _ b: Float80) -> Bool {
    switch f {
    case .less: return a < b
    case .lessOrEqual: return a <= b
    case .greater: return a > b
    case .greaterOrEqual: return a >= b
    case .equal: return a == b
    case .notEqual: return a != b
    }
  }
}

/// The formula of an activation and one of its derivatives or itself: exact values to judge by.
struct FormulaOracle {
  private var wide: WideEvaluator
  private let program: Program

  /// The value, or the derivative by `variable`, which is the surrogate's where there is one.
  init(
    _ descriptor: ActivationDescriptor, counts: [Int], by variable: Variable? = nil
  ) throws(FormulaError) {
    var expression: Expression
    if let variable {
      expression = try (descriptor.surrogate ?? descriptor.formula).instantiate(counts: counts)
        .derivative(by: variable)
    } else {
      expression = try descriptor.formula.instantiate(counts: counts)
    }
    wide = WideEvaluator(expression)
    program = try Program(outputs: [expression])
  }

  /// A value and how far it may be from the truth.
  struct Answer {
    var value: Float80
    var doubt: Float80
    /// What the formula is in double, by the project's own evaluator.
    var double: Double
  }

  /// The rounding errors of an evaluation in double are those of one in 80 bits, 2^11 times over; so
  /// what the two differ by, divided by that and taken sixteenfold, bounds what the wide one may be off.
  mutating func callAsFunction(
    x: Double, g: Double, u: Double, coefficients: [[Double]]
  ) -> Answer {
    let double = program.evaluate(x: x, g: g, u: u, coefficients: coefficients)[0]
    let value = wide(x: x, g: g, u: u, coefficients: coefficients)
    let gap = (value - Float80(double)).magnitude
    return Answer(value: value, doubt: gap.isFinite ? gap * 0x1p-7 : 0, double: double)
  }

  /// The sides of kinks at the last point.
  var sides: [Int8] { wide.sides }
}
