// Names: which of the known words a word is, and what to say if it is none.
extension FormulaParser {
  mutating func plain(_ name: String, at start: Int) throws(ParseError) -> Int32 {
    if let level = bound.firstIndex(of: name) {
      return builder.intern(.index(Int32(truncatingIfNeeded: level)))
    }
    if name == "pi" { return builder.constant(Constant(rounded: .pi, rest: 0x1.1a62633145c07p-53)) }
    let meaning = symbols.meaning(of: name)
    if case .count(let count) = meaning {
      return builder.intern(.count(Int32(truncatingIfNeeded: count)))
    }
    if names == .formula {
      if name == "x" { return builder.intern(.variable(.x)) }
      if name == "g" { return builder.intern(.variable(.g)) }
      if name == "u" { return builder.intern(.variable(.u)) }
      if case .parameter(let parameter) = meaning {
        guard symbols.parameters[parameter].length == nil else {
          throw cursor.error(
            at: start,
            "'\(name)' has several coefficients; write \(name)[k], poly(\(name), x) or interp")
        }
        return builder.intern(.variable(.coefficient(parameter: parameter, index: 0)))
      }
    }
    throw unknown(name, at: start)
  }

  func unknown(_ name: String, at start: Int) -> ParseError {
    if Function.named(name) != nil {
      return cursor.error(at: start, "'\(name)' is a function; write \(name)(...)")
    }
    var known = bound + symbols.counts + ["pi"]
    if names == .formula { known = ["x", "g", "u"] + symbols.parameters.map { $0.name } + known }
    var message = "unknown name '\(name)'"
    let hint = suggestion(for: name, among: known)
    if !hint.isEmpty {
      message += hint
    } else if names == .formula {
      message += "; declare it with a line 'param \(name) = ...' or 'count \(name) = ...'"
    } else {
      message += "; only numbers\(known.count > 1 ? ", \(list(known))" : " and pi") can stand here"
    }
    return cursor.error(at: start, message)
  }

  func list(_ names: [String]) -> String {
    var text = ""
    for (i, name) in names.enumerated() {
      text += (i == 0 ? "" : i == names.count - 1 ? " and " : ", ") + name
    }
    return text
  }

  mutating func element(
    _ name: String, at start: Int, opened: Int
  ) throws(ParseError) -> Int32 {
    let parameter = try vector(name, at: start)
    cursor.skipSpace()
    let inside = cursor.position
    let index = try number()
    try close("]", opened: opened)
    try requireInteger(index, from: inside, "an index")
    if let c = builder.number(index), c.denominator == 1, c.numerator >= 0, c.numerator < 1 << 31 {
      return builder.intern(.variable(.coefficient(parameter: parameter, index: Int(c.numerator))))
    }
    return builder.intern(
      .element(parameter: Int32(truncatingIfNeeded: parameter), index: index))
  }

  /// The position of a parameter with coefficients.
  func vector(_ name: String, at start: Int) throws(ParseError) -> Int {
    guard case .parameter(let parameter) = symbols.meaning(of: name) else {
      let vectors = symbols.parameters.filter { $0.length != nil }.map { $0.name }
      throw cursor.error(
        at: start,
        "'\(name)' is not a parameter with coefficients" + suggestion(for: name, among: vectors))
    }
    guard symbols.parameters[parameter].length != nil else {
      throw cursor.error(
        at: start, "'\(name)' is a single number; declare it as \(name)[n] to give it coefficients")
    }
    return parameter
  }

  /// Indices and bounds of sums are known before x is: no input, no parameter may be in them.
  mutating func requireInteger(
    _ root: Int32, from start: Int, _ what: String
  ) throws(ParseError) {
    // Each node is judged once, however many indices are made of it.
    while isInput.count < builder.nodes.count {
      var uses = false
      switch builder.nodes[isInput.count] {
      case .variable, .element, .polynomial, .interpolation: uses = true
      case let node: node.forEachOperand { uses = uses || isInput[Int($0)] }
      }
      isInput.append(uses)
    }
    if isInput[Int(root)] {
      throw cursor.error(at: start, "\(what) may use only numbers, counts and variables of sums")
    }
  }
}
