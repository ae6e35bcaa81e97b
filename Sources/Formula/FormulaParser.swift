extension Expression {
  /// Reads a formula by itself: `x`, `g`, `u` and the scalars of `symbols` are known.
  public init(parsing text: String, symbols: Symbols = Symbols()) throws(ParseError) {
    let bytes = Array(text.utf8)
    let cursor = Cursor(bytes, from: 0, to: bytes.count)
    if bytes.count > Limits.textBytes {
      throw cursor.error("the formula is longer than \(Limits.textBytes) bytes")
    }
    self = try Self.parse(cursor, symbols: symbols, names: .formula)
  }

  /// Reads what a cursor covers, all of it.
  static func parse(
    _ cursor: Cursor, symbols: Symbols, names: FormulaParser.Names
  ) throws(ParseError) -> Expression {
    var parser = FormulaParser(cursor, symbols: symbols, names: names)
    let expression = try parser.parse()
    parser.cursor.skipSpace()
    if !parser.cursor.isAtEnd { throw parser.unexpected() }
    return expression
  }
}

/// The formula grammar by recursive descent; docs/formula.md has it in EBNF.
///
/// Recursion is bounded by `Limits.depth`; everything else is a loop. Numbers are folded where that is
/// exact, nothing else is changed, so that a formula prints as it was written.
struct FormulaParser {
  /// Which names mean something.
  enum Names {
    /// x, g, u, parameters, counts.
    case formula
    /// Counts, and k for the coefficient's index: initial values.
    case initial
    /// Counts: lengths. Bounds and eval values have none.
    case counts
  }

  var cursor: Cursor
  let symbols: Symbols
  let names: Names
  private var builder = Builder(limit: Limits.formulaNodes)
  private var bound: [String] = []
  private var depth = 0

  init(_ cursor: Cursor, symbols: Symbols, names: Names) {
    self.cursor = cursor
    self.symbols = symbols
    self.names = names
    if names == .initial { bound = ["k"] }
  }

  /// Reads one expression and stops at what cannot belong to it.
  mutating func parse() throws(ParseError) -> Expression {
    cursor.skipSpace()
    let start = cursor.position
    if cursor.isAtEnd {
      throw cursor.error("the formula is empty; write an expression such as max(x, 0)")
    }
    let root = try number()
    if builder.isFull {
      throw cursor.error(
        at: start,
        "the formula has more than \(Limits.formulaNodes) operations; use sum, poly or interp")
    }
    return builder.expression(root, symbols: symbols)
  }

  // choice = comparison [ "?" choice ":" choice ]; the place is where it starts.
  private mutating func choice() throws(ParseError) -> Int32 {
    try enter()
    defer { depth -= 1 }
    cursor.skipSpace()
    let start = cursor.position
    let condition = try comparison()
    cursor.skipSpace()
    guard cursor.accept("?") else { return condition }
    guard case .compare = builder.nodes[Int(condition)] else {
      throw cursor.error(at: start, "'?' needs a comparison before it, such as x > 0 ? ... : ...")
    }
    let question = cursor.position - 1
    let yes = try number()
    guard cursor.accept(":") else {
      if cursor.isAtEnd { throw cursor.error(at: question, "this '?' has no ':'; write c ? a : b") }
      throw unexpected(or: "':'")
    }
    return builder.intern(.select(condition, yes, try number()))
  }

  /// A choice that is a number.
  private mutating func number() throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    let value = try choice()
    try requireNumber(value, from: start)
    return value
  }

  private func requireNumber(_ value: Int32, from start: Int) throws(ParseError) {
    if case .compare = builder.nodes[Int(value)] {
      throw cursor.error(
        at: start, "a comparison is not a number; write (a > b ? 1 : 0) to make it one")
    }
  }

  // comparison = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
  private mutating func comparison() throws(ParseError) -> Int32 {
    let start = cursor.position
    let left = try sum()
    guard let op = try comparisonOperator() else { return left }
    try requireNumber(left, from: start)
    cursor.skipSpace()
    let middle = cursor.position
    let right = try sum()
    try requireNumber(right, from: middle)
    let end = cursor.position
    if try comparisonOperator() != nil {
      throw cursor.error(at: end, "comparisons do not chain; write (a < b ? (b < c ? 1 : 0) : 0)")
    }
    return builder.intern(.compare(op, left, right))
  }

  private mutating func comparisonOperator() throws(ParseError) -> Comparison? {
    if cursor.accept("<=") { return .lessOrEqual }
    if cursor.accept("<") { return .less }
    if cursor.accept(">=") { return .greaterOrEqual }
    if cursor.accept(">") { return .greater }
    if cursor.accept("==") { return .equal }
    if cursor.accept("!=") { return .notEqual }
    if cursor.peek() == UInt8(ascii: "=") { throw cursor.error("write '==' to compare") }
    return nil
  }

  // sum = product { ("+" | "-") product }
  private mutating func sum() throws(ParseError) -> Int32 {
    let start = cursor.position
    var left = try product()
    while true {
      let op: BinaryOperator
      if cursor.accept("+") {
        op = .add
      } else if cursor.accept("-") {
        op = .subtract
      } else {
        return left
      }
      left = try binary(op, left, from: start) { (p) throws(ParseError) in try p.product() }
    }
  }

  // product = signed { ("*" | "/") signed }
  private mutating func product() throws(ParseError) -> Int32 {
    let start = cursor.position
    var left = try signed()
    while true {
      let op: BinaryOperator
      if cursor.accept("*") {
        if cursor.peek() == UInt8(ascii: "*") { throw cursor.error("write '^' for a power") }
        op = .multiply
      } else if cursor.accept("/") {
        op = .divide
      } else {
        return left
      }
      left = try binary(op, left, from: start) { (p) throws(ParseError) in try p.signed() }
    }
  }

  private mutating func binary(
    _ op: BinaryOperator, _ left: Int32, from start: Int,
    _ operand: (inout FormulaParser) throws(ParseError) -> Int32
  ) throws(ParseError) -> Int32 {
    try requireNumber(left, from: start)
    cursor.skipSpace()
    let second = cursor.position
    let right = try operand(&self)
    try requireNumber(right, from: second)
    if let a = builder.number(left), let b = builder.number(right),
      let exact = Constant.exact(op, a, b)
    {
      return builder.constant(exact)
    }
    return builder.intern(.binary(op, left, right))
  }

  // signed = "-" signed | power
  private mutating func signed() throws(ParseError) -> Int32 {
    guard cursor.accept("-") else { return try power() }
    try enter()
    defer { depth -= 1 }
    cursor.skipSpace()
    let start = cursor.position
    let operand = try signed()
    try requireNumber(operand, from: start)
    if let c = builder.number(operand) { return builder.constant(c.negated) }
    return builder.intern(.unary(.negate, operand))
  }

  // power = atom [ "^" signed ]
  private mutating func power() throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    let base = try atom()
    guard cursor.accept("^") else { return base }
    try enter()
    defer { depth -= 1 }
    return try binary(.power, base, from: start) { (p) throws(ParseError) in try p.signed() }
  }

  // atom = number | name | name "[" choice "]" | name "(" arguments ")" | "(" choice ")"
  private mutating func atom() throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    if let constant = try cursor.acceptNumber() { return builder.constant(constant) }
    if cursor.accept("(") {
      let inner = try choice()
      try close(")", opened: start)
      return inner
    }
    guard let name = cursor.acceptName() else { throw unexpected(or: "a number, a name or '('") }
    if name.utf8.count > Limits.word {
      throw cursor.error(at: start, "the name is longer than \(Limits.word) characters")
    }
    if cursor.accept("(") { return try call(name, at: start, opened: cursor.position - 1) }
    if cursor.accept("[") { return try element(name, at: start, opened: cursor.position - 1) }
    return try plain(name, at: start)
  }

  private mutating func enter() throws(ParseError) {
    depth += 1
    if depth > Limits.depth {
      throw cursor.error("the formula is nested deeper than \(Limits.depth) levels; flatten it")
    }
  }

  private mutating func close(_ bracket: StaticString, opened: Int) throws(ParseError) {
    if cursor.accept(bracket) { return }
    if cursor.isAtEnd {
      let opening = cursor.bytes[opened] == UInt8(ascii: "(") ? "(" : "["
      throw cursor.error(at: opened, "this '\(opening)' is never closed; add '\(bracket)'")
    }
    throw unexpected(or: "'\(bracket)'")
  }

  /// The message for something that cannot stand here.
  func unexpected(or expected: String = "an operator") -> ParseError {
    var ahead = cursor
    ahead.skipSpace()
    let next = ahead.upcoming()
    if ahead.isAtEnd { return cursor.error("the formula ends here; expected \(expected)") }
    switch ahead.peek() {
    case UInt8(ascii: "&"), UInt8(ascii: "|"):
      return ahead.error("there is no \(next); put one choice into another: a ? (b ? 1 : 0) : 0")
    case UInt8(ascii: ")"), UInt8(ascii: "]"):
      return ahead.error("\(next) closes nothing that is open here; expected \(expected)")
    case let byte where (byte.isWord || byte == UInt8(ascii: "(")) && expected == "an operator":
      return ahead.error("\(next) cannot follow directly; write an operator such as '*' before it")
    default:
      return ahead.error("\(next) is not expected here; expected \(expected)")
    }
  }
}

// Names.
extension FormulaParser {
  private mutating func plain(_ name: String, at start: Int) throws(ParseError) -> Int32 {
    if let level = bound.firstIndex(of: name) {
      return builder.intern(.index(Int32(truncatingIfNeeded: level)))
    }
    if name == "pi" { return builder.constant(Constant(rounded: .pi)) }
    if let count = symbols.counts.firstIndex(of: name) {
      return builder.intern(.count(Int32(truncatingIfNeeded: count)))
    }
    if names == .formula {
      if name == "x" { return builder.intern(.variable(.x)) }
      if name == "g" { return builder.intern(.variable(.g)) }
      if name == "u" { return builder.intern(.variable(.u)) }
      if let parameter = symbols.parameters.firstIndex(where: { $0.name == name }) {
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

  private func unknown(_ name: String, at start: Int) -> ParseError {
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

  private func list(_ names: [String]) -> String {
    var text = ""
    for (i, name) in names.enumerated() {
      text += (i == 0 ? "" : i == names.count - 1 ? " and " : ", ") + name
    }
    return text
  }

  private mutating func element(
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
  private func vector(_ name: String, at start: Int) throws(ParseError) -> Int {
    guard let parameter = symbols.parameters.firstIndex(where: { $0.name == name }) else {
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
  private func requireInteger(
    _ root: Int32, from start: Int, _ what: String
  ) throws(ParseError) {
    var isUsed = [Bool](repeating: false, count: Int(root) + 1)
    isUsed[Int(root)] = true
    for i in stride(from: Int(root), through: 0, by: -1) where isUsed[i] {
      switch builder.nodes[i] {
      case .variable, .element, .polynomial, .interpolation:
        throw cursor.error(
          at: start, "\(what) may use only numbers, counts and variables of sums")
      default: builder.nodes[i].forEachOperand { isUsed[Int($0)] = true }
      }
    }
  }
}

// Functions.
extension FormulaParser {
  private mutating func call(
    _ name: String, at start: Int, opened: Int
  ) throws(ParseError) -> Int32 {
    guard let function = Function.named(name) else {
      if symbols.parameters.contains(where: { $0.name == name }) || bound.contains(name)
        || symbols.counts.contains(name) || ["x", "g", "u", "pi"].contains(name)
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
  private mutating func write(_ meaning: Function.Meaning, _ a: [Int32]) -> Int32 {
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
      let scaled = builder.intern(
        .binary(.divide, builder.intern(.unary(.negate, a[0])), root))
      let tail = builder.intern(.unary(.erfc, scaled))
      let half = builder.intern(.binary(.divide, a[0], builder.constant(2)))
      return builder.intern(.binary(.multiply, half, tail))
    case .sum, .polynomial, .interpolation: return 0  // have parsers of their own
    }
  }

  // "sum" "(" name "," choice "," choice "," choice ")"
  private mutating func sumCall(opened: Int) throws(ParseError) -> Int32 {
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
    let from = cursor.position
    let lower = try number()
    try requireInteger(lower, from: from, "the bound of a sum")
    try comma(usage)
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

  private func isTaken(_ name: String) -> Bool {
    ["x", "g", "u", "pi"].contains(name) || Function.named(name) != nil
      || symbols.counts.contains(name) || symbols.parameters.contains { $0.name == name }
  }

  // "poly" "(" name "," choice ")" and "interp" "(" name "," choice "," choice "," choice ")"
  private mutating func tableCall(
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

  private mutating func comma(_ usage: String) throws(ParseError) {
    guard cursor.accept(",") else { throw unexpected(or: "','; \(usage)") }
  }
}
