extension Expression {
  /// The expression in the formula language; reading it back gives an equal expression.
  ///
  /// At most about `Limits.formulaNodes` * 8 characters: shared parts are written out each time, so a
  /// derivative can be far longer than its graph. What does not fit is replaced by "...".
  public var text: String { text(limit: 8 * Limits.formulaNodes) }

  /// The same, cut after about `limit` characters.
  public func text(limit: Int) -> String {
    var printer = Printer(expression: self)
    printer.print(limit: limit)
    return printer.output
  }
}

/// How tightly an operation binds, loosest first.
private enum Precedence: Int {
  case choice, comparison, sum, product, minus, power, atom
}

/// Prints with a stack of its own: a formula of 8,000 additions is 8,000 operations deep.
private struct Printer {
  enum Item {
    case node(Int32, Precedence)  // in parentheses if it binds more loosely
    case rounded(Constant, Precedence)  // the same for a number, which must be read back as rounded
    case text(String)
  }
  let expression: Expression
  var output = ""
  private var stack: [Item] = []

  init(expression: Expression) { self.expression = expression }

  mutating func print(limit: Int) {
    stack = [.node(Int32(truncatingIfNeeded: expression.nodes.count - 1), .choice)]
    while let item = stack.popLast() {
      if output.utf8.count > limit {
        output += "..."
        return
      }
      switch item {
      case .text(let text): output += text
      case .node(let index, let least):
        push(parts(expression.nodes[Int(index)]), least)
      case .rounded(let c, let least): push(number(c, isLong: true), least)
      }
    }
  }

  private mutating func push(_ parts: (items: [Item], precedence: Precedence), _ least: Precedence)
  {
    let isEnclosed = parts.precedence.rawValue < least.rawValue
    if isEnclosed { stack.append(.text(")")) }
    for part in parts.items.reversed() { stack.append(part) }
    if isEnclosed { stack.append(.text("(")) }
  }

  private func parts(_ node: Node) -> (items: [Item], precedence: Precedence) {
    switch node {
    case .constant(let c): return number(c)
    case .variable(let v): return ([.text(name(v))], .atom)
    case .unary(.negate, let a): return ([.text("-"), .node(a, .minus)], .minus)
    case .unary(let f, let a): return call(f.name, [a])
    case .binary(.minimum, let a, let b): return call("min", [a, b])
    case .binary(.maximum, let a, let b): return call("max", [a, b])
    case .binary(let op, let a, let b): return infix(op, a, b)
    case .compare(let op, let a, let b):
      return ([.node(a, .sum), .text(" \(op.symbol) "), .node(b, .sum)], .comparison)
    case .select(let c, let a, let b):
      return (
        [.node(c, .comparison), .text(" ? "), .node(a, .choice), .text(" : "), .node(b, .choice)],
        .choice
      )
    case .fused(let f, let a, let b, let c):
      return call(f.name, f.operandCount == 3 ? [a, b, c] : [a])
    case .count(let which): return ([.text(expression.symbols.counts[Int(which)])], .atom)
    case .index(let level): return ([.text(variable(level))], .atom)
    case .element(let parameter, let index):
      return ([.text(name(parameter) + "["), .node(index, .choice), .text("]")], .atom)
    case .sum(let level, let lower, let upper, let body):
      return call("sum(\(variable(level)), ", [lower, upper, body], opened: true)
    case .polynomial(let parameter, let x):
      return call("poly(\(name(parameter)), ", [x], opened: true)
    case .interpolation(let table, let x, let lower, let upper):
      return call("interp(\(name(table)), ", [x, lower, upper], opened: true)
    }
  }

  private func infix(
    _ op: BinaryOperator, _ a: Int32, _ b: Int32
  ) -> (items: [Item], precedence: Precedence) {
    let (left, right) = (expression.nodes[Int(a)], expression.nodes[Int(b)])
    func operand(_ index: Int32, _ least: Precedence) -> Item {
      // Two numbers that are still apart are not both exact, and must not become so by being shortened.
      if case .constant = left, case .constant(let c) = right {
        if index == b { return c.isExact ? .node(b, least) : .rounded(c, least) }
        if case .constant(let c) = left, !c.isExact { return .rounded(c, least) }
      }
      return .node(index, least)
    }
    switch op {
    case .add: return ([operand(a, .sum), .text(" + "), operand(b, .product)], .sum)
    case .subtract: return ([operand(a, .sum), .text(" - "), operand(b, .product)], .sum)
    case .multiply: return ([operand(a, .product), .text("*"), operand(b, .minus)], .product)
    case .divide: return ([operand(a, .product), .text("/"), operand(b, .minus)], .product)
    default: return ([operand(a, .atom), .text("^"), operand(b, .minus)], .power)
    }
  }

  private func call(
    _ name: String, _ arguments: [Int32], opened: Bool = false
  ) -> (items: [Item], precedence: Precedence) {
    var items: [Item] = [.text(opened ? name : name + "(")]
    for (i, argument) in arguments.enumerated() {
      if i > 0 { items.append(.text(", ")) }
      items.append(.node(argument, .choice))
    }
    items.append(.text(")"))
    return (items, .atom)
  }

  /// `isLong`: with so many digits that it is not read as an exact fraction.
  private func number(
    _ c: Constant, isLong: Bool = false
  ) -> (items: [Item], precedence: Precedence) {
    if c.value == .pi { return ([.text("pi")], .atom) }
    let isNegative = c.value.sign == .minus
    var text = isNegative ? "-" : ""
    var precedence: Precedence = isNegative ? .minus : .atom
    let magnitude = c.value.magnitude
    if c.isExact, c.denominator != 1, !isDecimal(c.denominator) {
      text += "\(c.numerator.magnitude)/\(c.denominator)"
      precedence = .product
    } else if magnitude < 1e15, magnitude == magnitude.rounded() {
      text += "\(Int(magnitude))"
    } else {
      text += magnitude.description
    }
    return ([.text(isLong ? lengthened(text) : text)], precedence)
  }

  /// Zeros behind the last digit of a decimal, up to more digits than an exact fraction can have.
  private func lengthened(_ text: String) -> String {
    var mantissa: [UInt8] = []
    var exponent: [UInt8] = []
    for byte in text.utf8 {
      if byte == UInt8(ascii: "e") || !exponent.isEmpty {
        exponent.append(byte)
      } else {
        mantissa.append(byte)
      }
    }
    if !mantissa.contains(UInt8(ascii: ".")) { mantissa.append(UInt8(ascii: ".")) }
    mantissa += [UInt8](repeating: UInt8(ascii: "0"), count: 20)
    return String(decoding: mantissa + exponent, as: UTF8.self)
  }

  /// True if the fraction ends: no prime factors but 2 and 5.
  private func isDecimal(_ denominator: Int64) -> Bool {
    var rest = denominator
    while rest % 2 == 0 { rest /= 2 }
    while rest % 5 == 0 { rest /= 5 }
    return rest == 1
  }

  private func name(_ parameter: Int32) -> String {
    expression.symbols.parameters[Int(parameter)].name
  }

  private func name(_ variable: Variable) -> String {
    switch variable {
    case .x: return "x"
    case .g: return "g"
    case .u: return "u"
    case .coefficient(let parameter, let index):
      let symbol = expression.symbols.parameters[parameter]
      return symbol.length == nil ? symbol.name : "\(symbol.name)[\(index)]"
    }
  }

  /// The names of sums' variables are not kept; any name that means nothing else will do.
  private func variable(_ level: Int32) -> String {
    var name = level == 0 ? "k" : "k\(level)"
    while expression.symbols.meaning(of: name) != nil { name += "k" }
    return name
  }
}
