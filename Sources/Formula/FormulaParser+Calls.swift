// Calls: primitives as they are, sugar written out, and the three that take a name first.
extension FormulaParser {
  mutating func call(
    _ name: String, at start: Int, opened: Int
  ) throws(ParseError) -> Int32 {
    guard let function = Function.named(name) else {
      if symbols.meaning(of: name) != nil || bound.contains(name)
        || ["x", "g", "u", "pi"].contains(name)
      {
        throw cursor.error(at: opened, "'\(name)' is not a function; write '*' between them")
      }
      throw cursor.error(
        at: start,
        "'\(name)' is not a function" + suggestion(for: name, among: Function.all.map { $0.name }))
    }
    switch function.meaning {
    case .sum: return try sumCall(opened: opened)
    case .polynomial, .interpolation: return try tableCall(function, opened: opened)
    default: break
    }
    var arguments: [Int32] = []
    if !cursor.accept(")") {
      repeat {
        arguments.append(try number())
      } while cursor.accept(",")
      try close(")", opened: opened)
    }
    guard arguments.count == function.arity else {
      throw cursor.error(
        at: start,
        "\(name) takes \(function.arity) argument\(function.arity == 1 ? "" : "s"), "
          + "\(arguments.count) given; write \(function.usage)")
    }
    return write(function.meaning, arguments)
  }

  /// Primitives as they are, sugar written out.
  mutating func write(_ meaning: Function.Meaning, _ a: [Int32]) -> Int32 {
    switch meaning {
    case .unary(let f): return builder.intern(.unary(f, a[0]))
    case .binary(let op): return builder.intern(.binary(op, a[0], a[1]))
    case .clamp:
      let above = builder.intern(.binary(.maximum, a[0], a[1]))
      return builder.intern(.binary(.minimum, above, a[2]))
    case .relu: return builder.intern(.binary(.maximum, a[0], builder.constant(0)))
    case .silu:
      return builder.intern(.binary(.multiply, a[0], builder.intern(.unary(.sigmoid, a[0]))))
    case .gelu:
      // x/2 * erfc(-x/sqrt(2)): the same as x/2*(1 + erf(x/sqrt(2))), with digits left in the tail.
      let root = builder.intern(.unary(.sqrt, builder.constant(2)))
      let scaled = builder.intern(.binary(.divide, negative(a[0]), root))
      let tail = builder.intern(.unary(.erfc, scaled))
      let half = folded(.divide, a[0], builder.constant(2))
      return builder.intern(.binary(.multiply, half, tail))
    case .sum, .polynomial, .interpolation: return 0  // have parsers of their own
    }
  }

  // "sum" "(" name "," choice "," choice "," choice ")"
  mutating func sumCall(opened: Int) throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    let usage = "write sum(k, 0, n - 1, a[k]*x^k)"
    guard let name = cursor.acceptName() else {
      throw unexpected(or: "the name that the sum counts with; \(usage)")
    }
    if bound.contains(name) || isTaken(name) {
      throw cursor.error(
        at: start, "'\(name)' already means something; let the sum use another name")
    }
    if bound.count >= Limits.sumDepth {
      throw cursor.error(at: start, "sums may be nested \(Limits.sumDepth) deep at most")
    }
    try comma(usage)
    cursor.skipSpace()
    let from = cursor.position
    let lower = try number()
    try requireInteger(lower, from: from, "the bound of a sum")
    try comma(usage)
    cursor.skipSpace()
    let to = cursor.position
    let upper = try number()
    try requireInteger(upper, from: to, "the bound of a sum")
    try comma(usage)
    let level = Int32(truncatingIfNeeded: bound.count)
    bound.append(name)
    let body = try number()
    bound.removeLast()
    try close(")", opened: opened)
    return builder.intern(.sum(level: level, lower: lower, upper: upper, body: body))
  }

  func isTaken(_ name: String) -> Bool {
    ["x", "g", "u", "pi"].contains(name) || Function.named(name) != nil
      || symbols.meaning(of: name) != nil
  }

  // "poly" "(" name "," choice ")" and "interp" "(" name "," choice "," choice "," choice ")"
  mutating func tableCall(
    _ function: Function, opened: Int
  ) throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    guard let name = cursor.acceptName() else {
      throw unexpected(or: "the name of a parameter; write \(function.usage)")
    }
    let parameter = Int32(truncatingIfNeeded: try vector(name, at: start))
    try comma("write \(function.usage)")
    let x = try number()
    if case .polynomial = function.meaning {
      try close(")", opened: opened)
      return builder.intern(.polynomial(parameter: parameter, x))
    }
    try comma("write \(function.usage)")
    let lower = try number()
    try comma("write \(function.usage)")
    let upper = try number()
    try close(")", opened: opened)
    return builder.intern(.interpolation(parameter: parameter, x, lower: lower, upper: upper))
  }

  mutating func comma(_ usage: String) throws(ParseError) {
    guard cursor.accept(",") else { throw unexpected(or: "','; \(usage)") }
  }
}
