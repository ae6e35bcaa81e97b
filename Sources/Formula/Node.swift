/// What an expression can depend on, and be differentiated by.
public enum Variable: Hashable, Sendable {
  /// The input.
  case x
  /// The second input of a gated activation.
  case g
  /// The noise, uniform in [0, 1).
  case u
  /// One coefficient of a parameter; index 0 for a scalar.
  case coefficient(parameter: Int, index: Int)
}

/// One operation of an expression; operands are positions of earlier nodes of the same expression.
public enum Node: Hashable, Sendable {
  /// A number.
  case constant(Constant)
  /// An input or a coefficient.
  case variable(Variable)
  /// A function of one number.
  case unary(UnaryFunction, Int32)
  /// A function of two numbers.
  case binary(BinaryOperator, Int32, Int32)
  /// A truth value; only the condition of `select` may be one.
  case compare(Comparison, Int32, Int32)
  /// `condition ? second : third`.
  case select(Int32, Int32, Int32)
  /// A function that only `stable()` makes; operands that it does not have are 0.
  case fused(StableFunction, Int32, Int32, Int32)

  /// A count, by its position in the descriptor. This and all below are gone after `instantiate`.
  case count(Int32)
  /// The variable that the sum at this nesting level binds.
  case index(Int32)
  /// A coefficient whose index is a node.
  case element(parameter: Int32, index: Int32)
  /// Sum of `body` with the variable of `level` running from `lower` to `upper`, both included.
  case sum(level: Int32, lower: Int32, upper: Int32, body: Int32)
  /// The polynomial with a parameter's coefficients, constant term first.
  case polynomial(parameter: Int32, Int32)
  /// Linear interpolation between a parameter's coefficients, laid evenly over [lower, upper].
  case interpolation(parameter: Int32, Int32, lower: Int32, upper: Int32)

  /// Calls `visit` with every operand.
  @inline(__always)
  func forEachOperand(_ visit: (Int32) -> Void) {
    switch self {
    case .constant, .variable, .count, .index: break
    case .unary(_, let a), .element(_, let a), .polynomial(_, let a): visit(a)
    case .binary(_, let a, let b), .compare(_, let a, let b):
      visit(a)
      visit(b)
    case .fused(let f, let a, let b, let c):
      visit(a)
      if f.operandCount == 3 {
        visit(b)
        visit(c)
      }
    case .select(let a, let b, let c), .interpolation(_, let a, let b, let c),
      .sum(_, let a, let b, let c):
      visit(a)
      visit(b)
      visit(c)
    }
  }

  /// The same operation on other operands.
  @inline(__always)
  func replacingOperands(_ new: (Int32) -> Int32) -> Node {
    switch self {
    case .constant, .variable, .count, .index: self
    case .unary(let f, let a): .unary(f, new(a))
    case .binary(let op, let a, let b): .binary(op, new(a), new(b))
    case .compare(let op, let a, let b): .compare(op, new(a), new(b))
    case .select(let a, let b, let c): .select(new(a), new(b), new(c))
    case .fused(let f, let a, let b, let c):
      f.operandCount == 3 ? .fused(f, new(a), new(b), new(c)) : .fused(f, new(a), 0, 0)
    case .element(let p, let a): .element(parameter: p, index: new(a))
    case .sum(let level, let a, let b, let c):
      .sum(level: level, lower: new(a), upper: new(b), body: new(c))
    case .polynomial(let p, let a): .polynomial(parameter: p, new(a))
    case .interpolation(let p, let a, let b, let c):
      .interpolation(parameter: p, new(a), lower: new(b), upper: new(c))
    }
  }
}
