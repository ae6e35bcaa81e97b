/// Makes expressions: every distinct operation once, numbers folded, identities applied.
///
/// Two ways in. `intern` stores a node as it is (the parser, so that a formula prints as it was
/// written). The operation functions simplify first; docs/formula.md lists the identities. When the
/// limit is reached the builder stops growing and remembers it in `isFull`; whoever asked must check
/// once at the end, which keeps hundreds of `try` out of the algebra.
struct Builder {
  private(set) var nodes: [Node] = []
  private(set) var isFull = false
  private var known: [Node: Int32] = [:]
  private let limit: Int
  /// Also combines constants across operations, `2*x/2` to `x`: for derivatives, where the rounding
  /// of a formula as written is not at stake.
  let combinesFactors: Bool

  init(limit: Int = Limits.expandedNodes, combinesFactors: Bool = false) {
    self.limit = max(limit, 1)
    self.combinesFactors = combinesFactors
  }

  mutating func intern(_ node: Node) -> Int32 {
    if let index = known[node] { return index }
    if nodes.count >= limit {
      isFull = true
      return 0
    }
    let index = Int32(truncatingIfNeeded: nodes.count)
    nodes.append(node)
    known[node] = index
    return index
  }

  mutating func constant(_ c: Constant) -> Int32 { intern(.constant(c)) }
  mutating func constant(_ integer: Int) -> Int32 { intern(.constant(Constant(integer))) }

  /// Copies an expression in, unsimplified, and returns the position of its root.
  mutating func insert(_ expression: Expression, keepingFractions: Bool = true) -> Int32 {
    var position = [Int32](repeating: 0, count: expression.nodes.count)
    for (i, node) in expression.nodes.enumerated() {
      if !keepingFractions, case .constant(let c) = node {
        position[i] = constant(Constant(rounded: c.value))
      } else {
        position[i] = intern(node.replacingOperands { position[Int($0)] })
      }
    }
    return position[position.count - 1]
  }

  /// The expression whose root is `root`, without the nodes that it does not use.
  func expression(_ root: Int32, symbols: Symbols) -> Expression {
    var isUsed = [Bool](repeating: false, count: Int(root) + 1)
    isUsed[Int(root)] = true
    for i in stride(from: Int(root), through: 0, by: -1) where isUsed[i] {
      nodes[i].forEachOperand { isUsed[Int($0)] = true }
    }
    var position = [Int32](repeating: 0, count: Int(root) + 1)
    var kept: [Node] = []
    for i in 0...Int(root) where isUsed[i] {
      position[i] = Int32(truncatingIfNeeded: kept.count)
      kept.append(nodes[i].replacingOperands { position[Int($0)] })
    }
    return Expression(nodes: kept, symbols: symbols)
  }

  func number(_ index: Int32) -> Constant? {
    if case .constant(let c) = nodes[Int(index)] { return c }
    return nil
  }

  func isNumber(_ index: Int32, _ value: Double) -> Bool { number(index)?.value == value }

  private func negated(_ index: Int32) -> Int32? {
    if case .unary(.negate, let a) = nodes[Int(index)] { return a }
    return nil
  }
}

// Operations that simplify.
extension Builder {
  mutating func apply(_ f: UnaryFunction, _ a: Int32) -> Int32 {
    if let c = number(a) {
      if f == .negate { return constant(c.negated) }
      if f == .abs, c.isExact { return constant(c.value < 0 ? c.negated : c) }
      let value = f(c.value)
      if value.isFinite {
        let isWhole = f == .sign || f == .floor || (f == .exp && c.value == 0)
        if isWhole, value.magnitude < 0x1p53, value != 0 || value.sign == .plus {
          return constant(Int(value))
        }
        return constant(f == .sqrt ? c.squareRoot : Constant(rounded: value))
      }
    }
    if f == .negate {
      if let inner = negated(a) { return inner }
      if case .binary(.subtract, let p, let q) = nodes[Int(a)] { return apply(.subtract, q, p) }
    }
    return intern(.unary(f, a))
  }

  mutating func apply(_ op: BinaryOperator, _ a: Int32, _ b: Int32) -> Int32 {
    if let p = number(a), let q = number(b), let folded = Self.fold(op, p, q) {
      return constant(folded)
    }
    if let simpler = identity(op, a, b) { return simpler }
    if combinesFactors, let simpler = combined(op, a, b) { return simpler }
    return intern(.binary(op, a, b))
  }

  /// Exact where it can be, else the same bits as evaluating; nil if that is not finite.
  static func fold(_ op: BinaryOperator, _ a: Constant, _ b: Constant) -> Constant? {
    if let exact = Constant.exact(op, a, b) { return exact }
    let rounded = Constant.rounded(op, a, b)
    return rounded.value.isFinite ? rounded : nil
  }

  /// Identities that hold for every value, NaN and infinities too; only the sign of a zero may change.
  private mutating func identity(_ op: BinaryOperator, _ a: Int32, _ b: Int32) -> Int32? {
    switch op {
    case .add:
      if isNumber(a, 0) { return b }
      if isNumber(b, 0) { return a }
      if let n = negated(b) { return apply(.subtract, a, n) }
      if let n = negated(a) { return apply(.subtract, b, n) }
      if a == b { return apply(.multiply, constant(2), a) }
    case .subtract:
      if isNumber(b, 0) { return a }
      if isNumber(a, 0) { return apply(.negate, b) }
      if let n = negated(b) { return apply(.add, a, n) }
    case .multiply:
      if isNumber(a, 1) { return b }
      if isNumber(b, 1) { return a }
      if isNumber(a, -1) { return apply(.negate, b) }
      if isNumber(b, -1) { return apply(.negate, a) }
      if let n = negated(a) { return apply(.negate, apply(.multiply, n, b)) }
      if let n = negated(b) { return apply(.negate, apply(.multiply, a, n)) }
    case .divide:
      if isNumber(b, 1) { return a }
      if isNumber(b, -1) { return apply(.negate, a) }
      if let n = negated(a) { return apply(.negate, apply(.divide, n, b)) }
      if let n = negated(b) { return apply(.negate, apply(.divide, a, n)) }
    case .power:
      if isNumber(b, 0) { return constant(1) }
      if isNumber(b, 1) { return a }
    case .minimum, .maximum:
      if a == b { return a }
    }
    return nil
  }

  /// Two factors as one; nil where that could overflow or lose digits to underflow.
  private static func merge(_ op: BinaryOperator, _ a: Constant, _ b: Constant) -> Constant? {
    guard let folded = fold(op, a, b) else { return nil }
    return folded.isExact || folded.value.isNormal ? folded : nil
  }

  /// A number in front of a product or quotient meets the number outside: `2*(x/2)` is `x`.
  ///
  /// Looks one operation deep and never further, so that a long product costs no stack.
  private mutating func combined(_ op: BinaryOperator, _ a: Int32, _ b: Int32) -> Int32? {
    switch op {
    case .multiply:
      if number(b) != nil, number(a) == nil { return apply(.multiply, b, a) }
      if let c = number(a), case .binary(let inner, let p, let q) = nodes[Int(b)] {
        if inner == .multiply, let d = number(p), let e = Self.merge(.multiply, c, d) {
          return apply(.multiply, constant(e), q)
        }
        if inner == .divide, let d = number(q), let e = Self.merge(.divide, c, d) {
          return apply(.multiply, constant(e), p)
        }
        if inner == .divide, let d = number(p), let e = Self.merge(.multiply, c, d) {
          return apply(.divide, constant(e), q)
        }
      }
      if number(a) != nil { return nil }
      if case .binary(.multiply, let p, let q) = nodes[Int(b)], number(p) != nil {
        return apply(.multiply, p, intern(.binary(.multiply, a, q)))
      }
      if case .binary(.multiply, let p, let q) = nodes[Int(a)], number(p) != nil {
        return apply(.multiply, p, intern(.binary(.multiply, q, b)))
      }
    case .divide:
      if let d = number(b), case .binary(.multiply, let p, let q) = nodes[Int(a)],
        let c = number(p), let e = Self.merge(.divide, c, d)
      {
        return apply(.multiply, constant(e), q)
      }
    default: break
    }
    return nil
  }

  mutating func compare(_ op: Comparison, _ a: Int32, _ b: Int32) -> Int32 {
    intern(.compare(op, a, b))
  }

  mutating func select(_ condition: Int32, _ a: Int32, _ b: Int32) -> Int32 {
    if a == b { return a }
    if case .compare(let op, let p, let q) = nodes[Int(condition)],
      let left = number(p), let right = number(q)
    {
      return op(left.value, right.value) ? a : b
    }
    return intern(.select(condition, a, b))
  }
}
