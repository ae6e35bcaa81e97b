/// A random formula as the tests see it: written to text for the parser, evaluated by rules of its own.
indirect enum Tree {
  case number(Int, Int)  // a fraction
  case x, g
  case parameter(Int)
  case unary(String, Tree)
  case binary(String, Tree, Tree)
  case choice(String, Tree, Tree, Tree, Tree)

  static let parameters = ["p", "q"]
  static let unaryNames = [
    "-", "exp", "expm1", "log", "log1p", "tanh", "sinh", "cosh", "sech", "atan", "asinh", "erf",
    "erfc",
    "sqrt", "abs", "sign", "floor", "sin", "cos", "sigmoid", "softplus", "relu", "silu", "gelu",
  ]
  static let binaryNames = ["+", "-", "*", "/", "^", "min", "max"]

  /// A tree of at most this depth.
  ///
  /// Arguments of log and sqrt, divisors and bases of powers are mostly
  /// kept where they make sense, so that most trees have values.
  static func random(depth: Int, using random: inout SplitMix64) -> Tree {
    if depth <= 1 || Int.random(in: 0..<8, using: &random) == 0 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1, 2: return .x
      case 3: return .g
      case 4, 5: return .parameter(Int.random(in: 0..<2, using: &random))
      default:
        return .number(
          Int.random(in: -5...9, using: &random), Int.random(in: 1...4, using: &random))
      }
    }
    func smaller() -> Tree { .random(depth: depth - 1, using: &random) }
    func positive(_ t: Tree) -> Tree {
      .binary("+", .unary("abs", t), .number(1, 2))
    }
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<8:
      let name = unaryNames.randomElement(using: &random)!
      switch name {
      case "log", "log1p", "sqrt": return .unary(name, positive(smaller()))
      // Tame the explosive ones, or most values are infinite.
      case "exp", "expm1", "sinh", "cosh": return .unary(name, .unary("atan", smaller()))
      default: return .unary(name, smaller())
      }
    case 8..<17:
      let name = binaryNames.randomElement(using: &random)!
      switch name {
      case "/": return .binary("/", smaller(), positive(smaller()))
      case "^":
        if Bool.random(using: &random) {
          return .binary("^", smaller(), .number(Int.random(in: 0...4, using: &random), 1))
        }
        return .binary("^", positive(smaller()), .unary("tanh", smaller()))
      default: return .binary(name, smaller(), smaller())
      }
    default:
      let op = ["<", "<=", ">", ">="].randomElement(using: &random)!
      return .choice(op, smaller(), smaller(), smaller(), smaller())
    }
  }

  /// The formula, with every operation in parentheses.
  var text: String {
    switch self {
    case .number(let n, let d): return d == 1 ? "(\(n))" : "(\(n)/\(d))"
    case .x: return "x"
    case .g: return "g"
    case .parameter(let i): return Self.parameters[i]
    case .unary("-", let a): return "(-\(a.text))"
    case .unary(let name, let a): return "\(name)(\(a.text))"
    case .binary(let name, let a, let b):
      return name.count == 3 ? "\(name)(\(a.text), \(b.text))" : "(\(a.text) \(name) \(b.text))"
    case .choice(let op, let a, let b, let yes, let no):
      return "(\(a.text) \(op) \(b.text) ? \(yes.text) : \(no.text))"
    }
  }

  /// Value and derivatives by forward accumulation; only the branch taken is looked at.
  func evaluate(at point: Point) -> HyperDual {
    switch self {
    case .number(let n, let d): return HyperDual(Wide(n) / Wide(d))
    case .x: return point.x
    case .g: return point.g
    case .parameter(let i): return point.parameters[i]
    case .unary(let name, let a): return HyperDual.unary(name, a.evaluate(at: point))
    case .binary(let name, let a, let b):
      return HyperDual.binary(name, a.evaluate(at: point), b.evaluate(at: point))
    case .choice(let op, let a, let b, let yes, let no):
      let (p, q) = (a.evaluate(at: point).value, b.evaluate(at: point).value)
      let isTaken = op == "<" ? p < q : op == "<=" ? p <= q : op == ">" ? p > q : p >= q
      return (isTaken ? yes : no).evaluate(at: point)
    }
  }

  /// Trees that are one step smaller: each operand alone, and each operand made smaller.
  var smaller: [Tree] {
    switch self {
    case .number(0, 1): return []
    case .number, .x, .g, .parameter: return [.number(0, 1)]
    case .unary(let name, let a): return [a] + a.smaller.map { .unary(name, $0) }
    case .binary(let name, let a, let b):
      return [a, b] + a.smaller.map { .binary(name, $0, b) }
        + b.smaller.map { .binary(name, a, $0) }
    case .choice(let op, let a, let b, let yes, let no):
      return [yes, no, a, b] + yes.smaller.map { .choice(op, a, b, $0, no) }
        + no.smaller.map { .choice(op, a, b, yes, $0) }
        + a.smaller.map { .choice(op, $0, b, yes, no) }
        + b.smaller.map { .choice(op, a, $0, yes, no) }
    }
  }
}
