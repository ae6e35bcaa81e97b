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
  var builder = Builder(limit: Limits.formulaNodes)
  var bound: [String] = []
  var depth = 0
  /// Of the nodes so far: does it depend on x, g, u or a parameter? Grows in `requireInteger`.
  var isInput: [Bool] = []

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
  mutating func choice() throws(ParseError) -> Int32 {
    try enter(1)
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
  mutating func number() throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    let value = try choice()
    try requireNumber(value, from: start)
    return value
  }

  func requireNumber(_ value: Int32, from start: Int) throws(ParseError) {
    if case .compare = builder.nodes[Int(value)] {
      if cursor.peek() == UInt8(ascii: "&") || cursor.peek() == UInt8(ascii: "|") {
        throw unexpected()
      }
      throw cursor.error(
        at: start, "a comparison is not a number; write (a > b ? 1 : 0) to make it one")
    }
  }

  // comparison = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
  mutating func comparison() throws(ParseError) -> Int32 {
    let start = cursor.position
    let left = try sum()
    guard let op = comparisonOperator() else { return left }
    try requireNumber(left, from: start)
    cursor.skipSpace()
    let middle = cursor.position
    let right = try sum()
    try requireNumber(right, from: middle)
    let end = cursor.position
    if comparisonOperator() != nil {
      throw cursor.error(at: end, "comparisons do not chain; write (a < b ? (b < c ? 1 : 0) : 0)")
    }
    return builder.intern(.compare(op, left, right))
  }

  mutating func comparisonOperator() -> Comparison? {
    if cursor.accept("<=") { return .lessOrEqual }
    if cursor.accept("<") { return .less }
    if cursor.accept(">=") { return .greaterOrEqual }
    if cursor.accept(">") { return .greater }
    if cursor.accept("==") { return .equal }
    if cursor.accept("!=") { return .notEqual }
    return nil
  }

  // sum = product { ("+" | "-") product };  product = signed { ("*" | "/") signed }
  // One function for both, because a pair of parentheses pays for every function on its way with stack.
  mutating func sum() throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    var total: Int32?
    var adding = BinaryOperator.add
    while true {
      cursor.skipSpace()
      let termStart = cursor.position
      var term = try signed()
      while let op = try productOperator() {
        try requireNumber(term, from: termStart)
        term = try combine(op, term)
      }
      if let before = total {
        try requireNumber(before, from: start)
        try requireNumber(term, from: termStart)
        term = folded(adding, before, term)
      }
      if cursor.accept("+") {
        adding = .add
      } else if cursor.accept("-") {
        adding = .subtract
      } else {
        return term
      }
      total = term
    }
  }

  mutating func productOperator() throws(ParseError) -> BinaryOperator? {
    if cursor.accept("*") {
      if cursor.peek() == UInt8(ascii: "*") { throw cursor.error("write '^' for a power") }
      return .multiply
    }
    return cursor.accept("/") ? .divide : nil
  }

  /// Reads the right operand of `* / ^` and joins the two.
  mutating func combine(_ op: BinaryOperator, _ left: Int32) throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    let right = try signed()
    try requireNumber(right, from: start)
    return folded(op, left, right)
  }

  mutating func folded(_ op: BinaryOperator, _ left: Int32, _ right: Int32) -> Int32 {
    if let a = builder.number(left), let b = builder.number(right),
      let exact = Constant.exact(op, a, b)
    {
      return builder.constant(exact)
    }
    return builder.intern(.binary(op, left, right))
  }

  // signed = "-" signed | power
  mutating func signed() throws(ParseError) -> Int32 {
    var signs = 0
    while cursor.accept("-") {
      signs += 1
      if signs + depth > Limits.depth { try enter(signs) }
    }
    cursor.skipSpace()
    let start = cursor.position
    var operand = try power()
    if signs > 0 { try requireNumber(operand, from: start) }
    for _ in 0..<signs { operand = negative(operand) }
    return operand
  }

  mutating func negative(_ operand: Int32) -> Int32 {
    if let c = builder.number(operand) { return builder.constant(c.negated) }
    return builder.intern(.unary(.negate, operand))
  }

  // power = atom [ "^" signed ]
  mutating func power() throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    let base = try atom()
    guard cursor.accept("^") else { return base }
    try requireNumber(base, from: start)
    try enter(1)
    defer { depth -= 1 }
    return try combine(.power, base)
  }

  // atom = number | name | name "[" choice "]" | name "(" arguments ")" | "(" choice ")"
  mutating func atom() throws(ParseError) -> Int32 {
    cursor.skipSpace()
    let start = cursor.position
    if let constant = try cursor.acceptNumber() { return builder.constant(constant) }
    if cursor.accept("(") {
      let inner = try choice()
      try close(")", opened: start)
      return inner
    }
    return try named(at: start)
  }

  mutating func named(at start: Int) throws(ParseError) -> Int32 {
    guard let name = cursor.acceptName() else { throw unexpected(or: "a number, a name or '('") }
    if name.utf8.count > Limits.word {
      throw cursor.error(at: start, "the name is longer than \(Limits.word) characters")
    }
    if cursor.accept("(") { return try call(name, at: start, opened: cursor.position - 1) }
    if cursor.accept("[") { return try element(name, at: start, opened: cursor.position - 1) }
    return try plain(name, at: start)
  }

  /// Goes down some levels; whoever comes back lowers `depth` again.
  mutating func enter(_ levels: Int) throws(ParseError) {
    depth += levels
    if depth > Limits.depth {
      throw cursor.error("the formula is nested deeper than \(Limits.depth) levels; flatten it")
    }
  }

  mutating func close(_ bracket: StaticString, opened: Int) throws(ParseError) {
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
    let isComplete = expected == "an operator"  // a whole expression stands before this
    if ahead.isAtEnd { return cursor.error("the formula ends here; expected \(expected)") }
    switch ahead.peek() {
    case UInt8(ascii: "&"), UInt8(ascii: "|"):
      return ahead.error("there is no \(next); put one choice into another: a ? (b ? 1 : 0) : 0")
    case UInt8(ascii: "="): return ahead.error("write '==' to compare")
    case let byte where isComplete && (byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]")):
      return ahead.error("\(next) closes nothing that is open here; expected \(expected)")
    case let byte where isComplete && (byte.isWord || byte == UInt8(ascii: "(")):
      return ahead.error("\(next) cannot follow directly; write an operator such as '*' before it")
    default:
      return ahead.error("\(next) is not expected here; expected \(expected)")
    }
  }
}
