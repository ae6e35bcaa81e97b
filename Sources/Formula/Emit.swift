/// Formulas as source code: statements for what is used more than once or gets long, and a last
/// expression for each value.
public struct EmittedSource: Equatable, Sendable {
  /// Definitions in order, each without indentation.
  public let statements: [String]
  /// The values in the order of the formulas, over the definitions and the names of variables.
  public let values: [String]
  /// Functions that the code calls, by their names in the formula language; "max", "min", "pow" too.
  public let functions: [String]

  /// The value of a single formula.
  public var value: String { values[0] }
}

extension ActivationDescriptor {
  /// What code calls a variable: an input by its letter, a coefficient by its parameter's name in that
  /// language, with an index behind it in a vector.
  public func name(
    of variable: Variable, _ parameter: (String) -> String, index: (Int) -> String
  ) -> String {
    switch variable {
    case .x: return "x"
    case .g: return "g"
    case .u: return "u"
    case .coefficient(let p, let k):
      return parameter(parameters[p].name) + (parameters[p].isVector ? index(k) : "")
    }
  }
}

/// How a language writes what an expression is made of.
struct Dialect {
  var define: (_ name: String, _ value: String) -> String
  /// A number that is not negative.
  var number: (_ number: Constant) -> String
  var call: (_ function: UnaryFunction, _ argument: String) -> String
  var extremum: (_ isMaximum: Bool, _ a: String, _ b: String) -> String
  /// A power that is not a small whole number.
  var power: (_ base: String, _ exponent: String) -> String
  var select: (_ condition: String, _ a: String, _ b: String) -> String
  var fused: (_ function: StableFunction, _ operands: [String]) -> String
  /// a * b + c in one go, for languages that have it.
  var multiplyAdd: ((_ a: String, _ b: String, _ c: String) -> String)?
}

/// Text with the strength of its outermost operator, so that parentheses stand only where needed.
private struct Piece {
  let text: String
  /// 0 comparison or select, 1 sum, 2 product, 3 sign, 4 anything closed.
  let strength: Int
  /// Of a product, what it is made of.
  var factors: [Piece] = []

  var isNumber = false

  var negated: String { "-" + closed(above: 4) }

  func closed(above least: Int) -> String { strength >= least ? text : "(\(text))" }
}

struct Emitter {
  let dialect: Dialect
  let name: (Variable) -> String
  /// Names that definitions must not take.
  let taken: Set<String>

  private var statements: [String] = []
  private var functions: [String] = []
  private var definitions = 0

  init(dialect: Dialect, taken: Set<String>, name: @escaping (Variable) -> String) {
    self.dialect = dialect
    self.taken = taken
    self.name = name
  }

  /// Emits an instantiated expression; nil if it still has counts or sums.
  mutating func emit(_ expression: Expression) -> EmittedSource? { emit([expression]) }

  /// Emits instantiated expressions, what they have in common once; nil if one still has counts or sums,
  /// or all together are too large.
  mutating func emit(_ expressions: [Expression]) -> EmittedSource? {
    var builder = Builder()
    var roots: [Int32] = []
    for expression in expressions {
      guard expression.isInstantiated else { return nil }
      roots.append(builder.insert(expression))
    }
    guard !builder.isFull else { return nil }
    var uses = [Int](repeating: 0, count: builder.nodes.count)
    for node in builder.nodes { node.forEachOperand { uses[Int($0)] += 1 } }
    // A value by itself is a last expression; as an operand of another it needs a name.
    for root in roots where uses[Int(root)] > 0 { uses[Int(root)] += 1 }
    var pieces: [Piece] = []
    for (index, node) in builder.nodes.enumerated() {
      var piece = self.piece(node, pieces)
      // Long lines are cut for the reader, and for compilers whose time grows out of hand with the
      // number of operators and literals in one expression.
      let isLong = piece.text.utf8.count > 64 || Self.operators(piece.text) > 4
      if uses[index] > 0, Self.isWorthName(node), uses[index] > 1 || isLong,
        !staysSquare(piece)
      {
        piece = define(piece)
      }
      pieces.append(piece)
    }
    return EmittedSource(
      statements: statements, values: roots.map { pieces[Int($0)].text }, functions: functions)
  }

  private static func isWorthName(_ node: Node) -> Bool {
    switch node {
    case .constant, .variable, .compare: false
    default: true
    }
  }

  /// True for x * x where a factor in front is to come first: the square may overflow before the product.
  private func staysSquare(_ piece: Piece) -> Bool {
    dialect.multiplyAdd != nil && piece.factors.count == 2
      && piece.factors[0].text == piece.factors[1].text && piece.factors[0].text.utf8.count <= 8
  }

  /// Operators stand between spaces.
  private static func operators(_ text: String) -> Int {
    text.utf8.count { $0 == UInt8(ascii: " ") } / 2
  }

  private mutating func define(_ piece: Piece) -> Piece {
    repeat { definitions += 1 } while taken.contains("t\(definitions)")
    statements.append(dialect.define("t\(definitions)", piece.text))
    return Piece(text: "t\(definitions)", strength: 4)
  }

  private mutating func use(_ function: String) {
    if !functions.contains(function) { functions.append(function) }
  }

  private mutating func piece(_ node: Node, _ pieces: [Piece]) -> Piece {
    switch node {
    case .constant(let c): return number(c)
    case .variable(let variable): return Piece(text: name(variable), strength: 4)
    case .unary(.negate, let a):
      return Piece(text: "-" + pieces[Int(a)].closed(above: 4), strength: 3)
    case .unary(let function, let a):
      use(function.name)
      return Piece(text: dialect.call(function, pieces[Int(a)].text), strength: 4)
    case .binary(let op, let a, let b): return binary(op, pieces[Int(a)], pieces[Int(b)])
    case .compare(let op, let a, let b):
      let (left, right) = (pieces[Int(a)].closed(above: 1), pieces[Int(b)].closed(above: 1))
      return Piece(text: "\(left) \(op.symbol) \(right)", strength: 0)
    case .select(let c, let a, let b):
      let text = dialect.select(pieces[Int(c)].text, pieces[Int(a)].text, pieces[Int(b)].text)
      return Piece(text: text, strength: text.utf8.last == UInt8(ascii: ")") ? 4 : 0)
    case .fused(let f, let a, let b, let c):
      use(f.name)
      let operands = f.operandCount == 3 ? [a, b, c] : [a]
      return Piece(text: dialect.fused(f, operands.map { pieces[Int($0)].text }), strength: 4)
    default: return Piece(text: "0", strength: 4)  // not in an instantiated expression
    }
  }

  private func number(_ number: Constant) -> Piece {
    // A sign in front binds like the operator it looks like.
    number.value.sign == .minus
      ? Piece(text: "-" + dialect.number(number.negated), strength: 3, isNumber: true)
      : Piece(text: dialect.number(number), strength: 4, isNumber: true)
  }

  private mutating func binary(_ op: BinaryOperator, _ a: Piece, _ b: Piece) -> Piece {
    if let sum = multipliedSum(op, a, b) { return sum }
    switch op {
    case .add:
      return Piece(text: "\(a.closed(above: 1)) + \(b.closed(above: 2))", strength: 1)
    case .subtract:
      return Piece(text: "\(a.closed(above: 1)) - \(b.closed(above: 2))", strength: 1)
    case .multiply:
      if dialect.multiplyAdd != nil, let scaled = scaledSquare(a, b) { return scaled }
      let (left, right) = (a.closed(above: 2), b.closed(above: 4))
      return Piece(text: "\(left) * \(right)", strength: 2, factors: [a, b])
    case .divide:
      return Piece(text: "\(a.closed(above: 2)) / \(b.closed(above: 4))", strength: 2)
    case .minimum, .maximum:
      use(op == .maximum ? "max" : "min")
      return Piece(text: dialect.extremum(op == .maximum, a.text, b.text), strength: 4)
    case .power: return power(a, b)
    }
  }

  /// A sum with a product in it, where the language does that in one go.
  private mutating func multipliedSum(_ op: BinaryOperator, _ a: Piece, _ b: Piece) -> Piece? {
    guard let multiplyAdd = dialect.multiplyAdd, op == .add || op == .subtract else { return nil }
    if a.factors.count == 2 {
      let c = op == .add ? b.text : b.negated
      return Piece(text: multiplyAdd(a.factors[0].text, a.factors[1].text, c), strength: 4)
    }
    guard b.factors.count == 2 else { return nil }
    let first = op == .add ? b.factors[0].text : b.factors[0].negated
    return Piece(text: multiplyAdd(first, b.factors[1].text, a.text), strength: 4)
  }

  /// c * x^2 as (c * x) * x, which overflows where the result does; `a` is a number.
  private func scaledSquare(_ a: Piece, _ b: Piece) -> Piece? {
    guard a.isNumber, b.factors.count == 2, b.factors[0].text == b.factors[1].text else {
      return nil
    }
    let x = b.factors[0]
    let scaled = Piece(text: "\(a.closed(above: 2)) * \(x.closed(above: 4))", strength: 2)
    return Piece(text: "\(scaled.text) * \(x.closed(above: 4))", strength: 2, factors: [scaled, x])
  }

  /// Whole powers up to 16 by multiplication, a half by `sqrt`: faster than `pow` and, for the former,
  /// right for negative numbers.
  private mutating func power(_ a: Piece, _ b: Piece) -> Piece {
    for exponent in 1...16 {
      let text = dialect.number(Constant(exponent))
      guard b.text == text || b.text == "-" + text else { continue }
      let base = a.strength == 4 && a.text.utf8.count < 8 ? a : define(a)
      let positive = multiplied(base, exponent)
      if b.text == text { return positive }
      return Piece(text: "\(dialect.number(.one)) / \(positive.closed(above: 4))", strength: 2)
    }
    if let half = Constant(1, over: 2), b.text == dialect.number(half) {
      use("sqrt")
      return Piece(text: dialect.call(.sqrt, a.text), strength: 4)
    }
    use("pow")
    return Piece(text: dialect.power(a.text, b.closed(above: 4)), strength: 4)
  }

  private mutating func multiplied(_ base: Piece, _ exponent: Int) -> Piece {
    if exponent == 1 { return base }
    let half = exponent < 4 ? base : define(multiplied(base, exponent / 2))
    let square = "\(half.text) * \(half.text)"
    return exponent % 2 == 0
      ? Piece(text: square, strength: 2, factors: [half, half])
      : Piece(
        text: "\(square) * \(base.text)", strength: 2,
        factors: [Piece(text: square, strength: 2), base])
  }
}
