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
        let parts = parts(expression.nodes[Int(index)])
        let isEnclosed = parts.precedence.rawValue < least.rawValue
        if isEnclosed { stack.append(.text(")")) }
        for part in parts.items.reversed() { stack.append(part) }
        if isEnclosed { stack.append(.text("(")) }
      }
    }
  }

  private func parts(_ node: Node) -> (items: [Item], precedence: Precedence) {
    switch node {
    case .constant(let c): return number(c)
    case .variable(let v): return ([.text(name(v))], .atom)
    case .unary(.negate, let a): return ([.text("-"), .node(a, .minus)], .minus)
    case .unary(let f, let a): return call(f.name, [a])
    case .binary(.add, let a, let b):
      return ([.node(a, .sum), .text(" + "), .node(b, .product)], .sum)
    case .binary(.subtract, let a, let b):
      return ([.node(a, .sum), .text(" - "), .node(b, .product)], .sum)
    case .binary(.multiply, let a, let b):
      return ([.node(a, .product), .text("*"), .node(b, .minus)], .product)
    case .binary(.divide, let a, let b):
      return ([.node(a, .product), .text("/"), .node(b, .minus)], .product)
    case .binary(.power, let a, let b):
      return ([.node(a, .atom), .text("^"), .node(b, .minus)], .power)
    case .binary(.minimum, let a, let b): return call("min", [a, b])
    case .binary(.maximum, let a, let b): return call("max", [a, b])
    case .compare(let op, let a, let b):
      return ([.node(a, .sum), .text(" \(op.symbol) "), .node(b, .sum)], .comparison)
    case .select(let c, let a, let b):
      return (
        [.node(c, .comparison), .text(" ? "), .node(a, .choice), .text(" : "), .node(b, .choice)],
        .choice
      )
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

  private func number(_ c: Constant) -> (items: [Item], precedence: Precedence) {
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
    return ([.text(text)], precedence)
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
    while expression.symbols.counts.contains(name)
      || expression.symbols.parameters.contains(where: { $0.name == name })
    {
      name += "k"
    }
    return name
  }
}
