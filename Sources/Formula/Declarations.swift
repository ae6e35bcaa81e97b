/// The counts and parameters of one activation, as they are read, and what needs their names.
struct Declarations {
  private(set) var counts: [Count] = []
  private(set) var parameters: [Parameter] = []
  private(set) var symbols = Symbols()
  /// The names that lengths and initial values know.
  private var countSymbols = Symbols()
  /// What the text may still cost.
  var budget: Budget

  init(budget: Budget) { self.budget = budget }

  private(set) var defaultCounts: [Int] = []
  var minimumCounts: [Int] { counts.map { $0.minimum } }

  /// Reads `NAME = DEFAULT [in LO...HI]`.
  mutating func addCount(_ rest: Cursor) throws(ParseError) {
    var cursor = rest
    let usage = "write: count n = 3 in 1...64"
    let name = try newName(&cursor, usage)
    guard cursor.accept("=") else { throw cursor.error("'=' is missing; \(usage)") }
    let value = try readInteger(&cursor, &budget)
    var (low, high) = (1, 1024)
    if cursor.acceptWord("in") {
      low = try readInteger(&cursor, &budget)
      guard cursor.accept("...") else { throw cursor.error("'...' is missing; \(usage)") }
      high = try readInteger(&cursor, &budget)
    }
    if !cursor.isAtEndOfStatement {
      throw cursor.error("\(cursor.upcoming()) is not expected here; \(usage)")
    }
    guard low <= value, value <= high else {
      throw rest.error("the default \(value) of '\(name)' is not in \(low)...\(high)")
    }
    counts.append(Count(name: name, defaultValue: value, minimum: low, maximum: high))
    defaultCounts.append(value)
    symbols.addCount(name)
    countSymbols.addCount(name)
  }

  /// Reads `NAME[LENGTH] = INIT [in LO...HI] per G|G [no decay] [fixed] [supplied]`.
  mutating func addParameter(_ rest: Cursor) throws(ParseError) {
    var cursor = rest
    let name = try newName(&cursor, "write: param eps = 0.01 per layer")
    var length: Expression?
    if cursor.accept("[") {
      let opened = cursor.position - 1
      length = try Self.expression(&cursor, countSymbols, .counts)
      guard cursor.accept("]") else {
        throw cursor.error(at: opened, "this '[' is never closed; add ']'")
      }
    }
    var initial: Initial?
    cursor.skipSpace()
    let place = cursor.position
    if cursor.accept("=") { initial = try readInitial(&cursor) }
    let clauses = try Clauses(reading: &cursor, &budget)
    if clauses.isSupplied, initial != nil {
      throw cursor.error(at: place, "'\(name)' is supplied by the model; remove its initial value")
    }
    if !clauses.isSupplied, initial == nil {
      throw cursor.error(
        at: place, "'\(name)' has no initial value; write: param \(name) = 0.1 per layer")
    }
    let parameter = Parameter(
      name: name, isVector: length != nil, granularities: clauses.granularities,
      lower: clauses.lower, upper: clauses.upper, noDecay: clauses.noDecay,
      isFixed: clauses.isFixed, isSupplied: clauses.isSupplied, lengthExpression: length,
      initial: initial)
    if let initial { try check(parameter, initial, rest) }
    parameters.append(parameter)
    symbols.addParameter(name, length: length)
  }

  /// Reads `NAME a = INIT, b = INIT`.
  mutating func readPreset(_ rest: Cursor) throws(ParseError) -> Preset {
    var cursor = rest
    let usage = "write: preset paper a = [1, 0], b = 0.5"
    cursor.skipSpace()
    let start = cursor.position
    guard let name = try cursor.acceptToken() else {
      throw cursor.error("the preset has no name; \(usage)")
    }
    try checkID(name, at: start, cursor)
    var initials: [Int: Initial] = [:]
    repeat {
      cursor.skipSpace()
      let place = cursor.position
      guard let parameter = cursor.acceptName() else {
        throw cursor.error("the name of a parameter is missing; \(usage)")
      }
      guard case .parameter(let index) = symbols.meaning(of: parameter) else {
        throw cursor.error(
          at: place,
          "'\(parameter)' is not a parameter"
            + suggestion(for: parameter, among: parameters.map { $0.name }))
      }
      if initials[index] != nil { throw cursor.error(at: place, "'\(parameter)' is set twice") }
      guard cursor.accept("=") else { throw cursor.error("'=' is missing; \(usage)") }
      let initial = try readInitial(&cursor)
      try check(parameters[index], initial, cursor)
      initials[index] = initial
    } while cursor.accept(",")
    if !cursor.isAtEndOfStatement {
      throw cursor.error("\(cursor.upcoming()) is not expected here; \(usage)")
    }
    return Preset(name: name, initials: initials)
  }

  /// Lengths at the smallest and at the largest counts.
  mutating func checkSizes(_ header: DescriptorParser.Statement) throws(ParseError) {
    for counts in [defaultCounts, minimumCounts, counts.map { $0.maximum }] {
      for parameter in parameters {
        let length = parameter.length(counts: counts, spending: &budget)
        if budget.isSpent { throw header.rest.error(at: header.start, Budget.sentence) }
        guard length >= 1, length <= Limits.count else {
          throw header.rest.error(
            at: header.start,
            "the length of '\(parameter.name)' must be an integer from 1 to \(Limits.count) for every "
              + "count that is allowed; change its length or the range of a count")
        }
      }
    }
  }
}

extension Declarations {
  private func newName(_ cursor: inout Cursor, _ usage: String) throws(ParseError) -> String {
    cursor.skipSpace()
    let start = cursor.position
    guard let name = cursor.acceptName() else {
      throw cursor.error("the name is missing; \(usage)")
    }
    if name.utf8.count > Limits.word {
      throw cursor.error(at: start, "the name is longer than \(Limits.word) characters")
    }
    if ["x", "g", "u", "k", "pi"].contains(name) || Function.named(name) != nil {
      throw cursor.error(at: start, "'\(name)' has a meaning in formulas; choose another name")
    }
    if symbols.meaning(of: name) != nil {
      throw cursor.error(at: start, "'\(name)' is declared twice; rename one")
    }
    return name
  }

  /// INIT: one expression, or a list in brackets.
  private func readInitial(_ cursor: inout Cursor) throws(ParseError) -> Initial {
    cursor.skipSpace()
    let opened = cursor.position
    guard cursor.accept("[") else {
      return Initial(
        expressions: [try Self.expression(&cursor, countSymbols, .initial)], isList: false)
    }
    var expressions: [Expression] = []
    repeat {
      expressions.append(try Self.expression(&cursor, countSymbols, .initial))
      if expressions.count > Limits.count {
        throw cursor.error(at: opened, "the list has more than \(Limits.count) entries")
      }
    } while cursor.accept(",")
    guard cursor.accept("]") else {
      if cursor.isAtEnd {
        throw cursor.error(at: opened, "this '[' is never closed; add ']'")
      }
      throw cursor.error("\(cursor.upcoming()) is not expected here; expected ',' or ']'")
    }
    return Initial(expressions: expressions, isList: true)
  }

  /// Starting values must be finite and inside the bounds, as many as there are coefficients.
  private mutating func check(
    _ parameter: Parameter, _ initial: Initial, _ cursor: Cursor
  ) throws(ParseError) {
    let length = parameter.length(counts: defaultCounts, spending: &budget)
    if initial.isList, initial.expressions.count != length {
      throw cursor.error(
        "'\(parameter.name)' has \(length) coefficient\(length == 1 ? "" : "s"), "
          + "the list has \(initial.expressions.count)")
    }
    guard length >= 1, length <= Limits.count else { return }  // checkSizes has the sentence
    // One number for all coefficients is looked at once.
    let values = initial.values(
      length: initial.constant == nil ? length : 1, counts: defaultCounts, spending: &budget)
    if budget.isSpent { throw cursor.error(Budget.sentence) }
    for (k, value) in values.enumerated()
    where !value.isFinite || value < parameter.lower || value > parameter.upper {
      let place = parameter.isVector ? "\(parameter.name)[\(k)]" : parameter.name
      if !value.isFinite {
        throw cursor.error("the initial value of '\(place)' is \(value); it must be finite")
      }
      throw cursor.error(
        "the initial value \(value) of '\(place)' is outside of its bounds "
          + "\(parameter.lower)...\(parameter.upper)")
    }
  }

  static func expression(
    _ cursor: inout Cursor, _ symbols: Symbols, _ names: FormulaParser.Names
  ) throws(ParseError) -> Expression {
    var parser = FormulaParser(cursor, symbols: symbols, names: names)
    let expression = try parser.parse()
    cursor = parser.cursor
    return expression
  }
}

/// A number made of numbers and pi.
func readConstant(
  _ cursor: inout Cursor, _ budget: inout Budget
) throws(ParseError) -> Double {
  let start = cursor
  let expression = try Declarations.expression(&cursor, Symbols(), .counts)
  let value = expression.number(counts: [], spending: &budget)
  if budget.isSpent { throw start.error(Budget.sentence) }
  guard let value, value.isFinite else { throw start.error("a finite number is needed here") }
  return value
}

/// An integer made of numbers, from 1 to `Limits.count`.
func readInteger(_ cursor: inout Cursor, _ budget: inout Budget) throws(ParseError) -> Int {
  let start = cursor
  let value = try readConstant(&cursor, &budget)
  guard value == value.rounded(), value >= 1, value <= Double(Limits.count) else {
    throw start.error("an integer from 1 to \(Limits.count) is needed here")
  }
  return Int(value)
}
