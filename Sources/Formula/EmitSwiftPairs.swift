// Swift source whose inner results are pairs of numbers: every inner result that is rounded costs the function
// that it feeds a ULP or more.

/// A stable form in Swift over PluginKit's numbers, inner results kept as pairs where their operation has such
/// a form; nil before `instantiate`, and where no function in it has one.
public func emitSwiftPairs(
  _ expression: Expression, type: String, name: @escaping (Variable) -> String
) -> EmittedSource? {
  guard expression.isInstantiated else { return nil }
  var emitter = PairEmitter(type: type, name: { swiftName(name($0)) })
  emitter.taken = Set(expression.symbols.parameters.map { $0.name })
  let source = emitter.emit(expression)
  return emitter.hasFunctions ? source : nil
}

private struct PairEmitter {
  /// An operand's text as a number or as a pair.
  struct Piece {
    var text: String
    var isPair = false
    /// True if it needs no parentheses as an operand.
    var isClosed = true
    var constant: Constant?
    /// Of a pair that is a product of numbers, that product rounded.
    var rounded: String?
  }

  let type: String
  let name: (Variable) -> String
  var taken: Set<String> = []
  private var statements: [String] = []
  private var definitions = 0
  /// True once a function of pairs was used: sums and products alone gain little.
  private(set) var hasFunctions = false

  init(type: String, name: @escaping (Variable) -> String) {
    self.type = type
    self.name = name
  }

  mutating func emit(_ expression: Expression) -> EmittedSource {
    var uses = [Int](repeating: 0, count: expression.nodes.count)
    for node in expression.nodes {
      node.forEachOperand { uses[Int($0)] += 1 }
      // A square has its base twice.
      if case .binary(.power, let a, _) = node { uses[Int(a)] += 1 }
    }
    var pieces: [Piece] = []
    for (index, node) in expression.nodes.enumerated() {
      var piece = self.piece(node, pieces)
      var isWorthName = true
      switch node {
      case .constant, .variable, .compare: isWorthName = false
      default: break
      }
      if isWorthName, uses[index] > 1 || (uses[index] > 0 && piece.text.utf8.count > 64) {
        piece = define(piece)
      }
      pieces.append(piece)
    }
    let root = pieces[pieces.count - 1]
    let value = root.isPair ? "\(closed(root)).rounded" : root.text
    return EmittedSource(statements: statements, values: [value], functions: [])
  }

  private mutating func define(_ piece: Piece) -> Piece {
    repeat { definitions += 1 } while taken.contains("t\(definitions)")
    let type = piece.isPair ? "Pair<\(self.type)>" : self.type
    statements.append("let t\(definitions): \(type) = \(piece.text)")
    return Piece(text: "t\(definitions)", isPair: piece.isPair)
  }

  private func closed(_ piece: Piece) -> String {
    piece.isClosed ? piece.text : "(\(piece.text))"
  }
  private func single(_ piece: Piece) -> String {
    if let rounded = piece.rounded { return rounded }
    return piece.isPair ? "\(closed(piece)).hi" : closed(piece)
  }
  /// A number as an argument, which needs no parentheses.
  private func argument(_ piece: Piece) -> String { piece.isPair ? single(piece) : piece.text }

  private func pair(_ piece: Piece) -> String {
    if piece.isPair { return closed(piece) }
    if let c = piece.constant {
      return "Pair(constant: \(swiftNumber(c.value)), \(swiftNumber(c.rest)))"
    }
    return "Pair(\(piece.text), 0)"
  }

  private mutating func piece(_ node: Node, _ pieces: [Piece]) -> Piece {
    switch node {
    case .constant(let c):
      return Piece(
        text: swiftNumber(c.value), isClosed: c.value.sign == .plus, constant: c)
    case .variable(let variable): return Piece(text: name(variable))
    case .unary(let f, let a): return unary(f, pieces[Int(a)])
    case .binary(let op, let a, let b): return binary(op, pieces[Int(a)], pieces[Int(b)], a == b)
    case .compare(let op, let a, let b):
      let (left, right) = (single(pieces[Int(a)]), single(pieces[Int(b)]))
      return Piece(text: "\(left) \(op.symbol) \(right)", isClosed: false)
    case .select(let c, let a, let b):
      let (yes, no) = (pieces[Int(a)], pieces[Int(b)])
      if yes.isPair || no.isPair {
        return Piece(
          text: "select(\(pieces[Int(c)].text), \(pair(yes)), \(pair(no)))", isPair: true)
      }
      let first = yes.constant == nil ? yes.text : "\(type)(\(yes.text))"
      return Piece(text: "select(\(pieces[Int(c)].text), \(first), \(no.text))")
    case .fused(let f, let a, let b, let c):
      return fused(f, [a, b, c].prefix(f.operandCount).map { pieces[Int($0)] })
    default: return Piece(text: "0")  // not in an instantiated expression
    }
  }

  private mutating func unary(_ f: UnaryFunction, _ a: Piece) -> Piece {
    switch f {
    case .negate: return Piece(text: "-\(closed(a))", isPair: a.isPair, isClosed: false)
    case .sigmoid:
      hasFunctions = true
      return Piece(text: "sigmoid(\(pair(a)), times: Pair(1, 0))", isPair: true)
    case .sech: return Piece(text: "(1 / cosh(\(argument(a))))")
    default: return Piece(text: "\(f.name)(\(argument(a)))")
    }
  }

  private func binary(_ op: BinaryOperator, _ a: Piece, _ b: Piece, _ areSame: Bool) -> Piece {
    switch op {
    case .add: return Piece(text: "\(pair(a)) + \(pair(b))", isPair: true, isClosed: false)
    case .subtract: return Piece(text: "\(pair(a)) + -\(pair(b))", isPair: true, isClosed: false)
    case .multiply: return product(a, b, areSame)
    case .divide:
      if let c = b.constant, c.isPowerOfTwo {
        return Piece(
          text: "\(pair(a)).times(powerOfTwo: \(swiftNumber(1 / c.value)))", isPair: true)
      }
      return Piece(text: "\(single(a)) / \(single(b))", isClosed: false)
    case .power:
      // Whole powers by multiplication, right for negative numbers too.
      if let n = (2...8).first(where: { b.constant?.value == Double($0) }) {
        var power = product(a, a, true)
        for _ in 2..<n { power = product(power, a, false) }
        return power
      }
      return Piece(text: "exp(\(single(b)) * log(\(single(a))))")
    case .maximum, .minimum:
      guard a.isPair || b.isPair else {
        return Piece(text: "\(op == .maximum ? "max" : "min")(\(a.text), \(b.text))")
      }
      // A NaN on the left is not less, and is taken; numbers on the right are none.
      let order = op == .maximum ? "<=" : ">="
      return Piece(
        text: "select(\(single(a)) \(order) \(single(b)), \(pair(b)), \(pair(a)))", isPair: true)
    }
  }

  private func product(_ a: Piece, _ b: Piece, _ areSame: Bool) -> Piece {
    if let c = a.constant, c.isPowerOfTwo {
      let factor = swiftNumber(c.value)
      return b.isPair
        ? Piece(text: "\(closed(b)).times(powerOfTwo: \(factor))", isPair: true)
        : Piece(text: "\(factor) * \(closed(b))", isClosed: false)
    }
    if !a.isPair, !b.isPair, a.constant == nil, b.constant == nil {
      let text = areSame ? "square(\(a.text))" : "product(\(a.text), \(b.text))"
      return Piece(text: text, isPair: true, rounded: "(\(closed(a)) * \(closed(b)))")
    }
    return Piece(text: "\(pair(a)) * \(pair(b))", isPair: true, isClosed: false)
  }

  private mutating func fused(_ f: StableFunction, _ operands: [Piece]) -> Piece {
    hasFunctions = hasFunctions || f == .silu || f == .gelu || f == .sigmoidTimes
    switch f {
    case .silu: return Piece(text: "silu(\(pair(operands[0])))", isPair: true)
    case .gelu:
      return operands[0].isPair
        ? Piece(text: "gelu(\(operands[0].text))", isPair: true)
        : Piece(text: "geluPair(\(operands[0].text))", isPair: true)
    case .sigmoidTimes:
      let (a, b) = (operands[1], operands[2])
      let v = b.constant?.value == 1 ? pair(a) : product(a, b, false).text
      return Piece(text: "sigmoid(\(v), times: \(pair(operands[0])))", isPair: true)
    default:
      return Piece(text: swiftCall(f, operands.map(argument), type))
    }
  }
}
