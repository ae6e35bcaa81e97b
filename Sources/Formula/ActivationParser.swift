/// Reads the statements of one activation: declarations first, then what uses the declared names.
struct ActivationParser {
  static let keywords = [
    "formula", "surrogate", "foreign", "count", "param", "preset", "noise", "claim", "source",
    "note",
    "alias",
  ]

  let result: ActivationDescriptor

  init(
    header: DescriptorParser.Statement, body: [DescriptorParser.Statement],
    budget: inout Budget
  ) throws(ParseError) {
    let (id, name, title) = try Self.readHeader(header.rest)
    func statements(_ keyword: String) -> [DescriptorParser.Statement] {
      body.filter { $0.keyword == keyword }
    }
    func single(_ keyword: String) throws(ParseError) -> DescriptorParser.Statement? {
      let all = statements(keyword)
      if all.count > 1 {
        throw all[1].rest.error(
          at: all[1].start, "'\(id)' has a second \(keyword) line; keep one")
      }
      return all.first
    }
    if body.count > Limits.statements {
      throw header.rest.error(
        at: header.start, "'\(id)' has more than \(Limits.statements) statements")
    }

    var declarations = Declarations(budget: budget)
    defer { budget = declarations.budget }
    for statement in statements("count") { try declarations.addCount(statement.rest) }
    for statement in statements("param") { try declarations.addParameter(statement.rest) }
    try declarations.checkSizes(header)

    guard let formulaLine = try single("formula") else {
      throw header.rest.error(at: header.start, "'\(id)' has no formula; add a line: formula EXPR")
    }
    let formula = try Self.readFormula(formulaLine.rest, &declarations)
    let surrogateLine = try single("surrogate")
    var surrogate: Expression?
    if let line = surrogateLine { surrogate = try Self.readFormula(line.rest, &declarations) }

    let isGated = formula.contains(.g) || surrogate?.contains(.g) == true
    let usesNoise = formula.contains(.u) || surrogate?.contains(.u) == true
    var noiseEval: Double?
    if let line = try single("noise") {
      noiseEval = try Self.readNoise(line.rest, &declarations.budget)
    }
    if usesNoise, noiseEval == nil {
      throw formulaLine.rest.error("the formula uses the noise u; add a line: noise u eval 0.5")
    }

    var foreign: [ForeignFunction] = []
    for statement in statements("foreign") {
      if usesNoise {
        throw statement.rest.error(
          at: statement.start, "a formula with noise has no foreign function; remove this line")
      }
      let function = try ForeignParser.read(statement.rest, &declarations, isGated: isGated)
      if foreign.contains(where: { $0.element == function.element }) {
        throw statement.rest.error(
          at: statement.start,
          "'\(id)' has a second foreign function for \(function.element); keep one")
      }
      foreign.append(function)
    }

    var presets: [Preset] = []
    var presetNames: Set<String> = []
    for statement in statements("preset") {
      let preset = try declarations.readPreset(statement.rest)
      if !presetNames.insert(preset.name).inserted {
        throw statement.rest.error("there are two presets '\(preset.name)'; rename one")
      }
      presets.append(preset)
    }
    var claims: [Claim] = []
    for statement in statements("claim") {
      try claims.append(contentsOf: readClaims(statement.rest, &declarations.budget))
    }
    var aliases: [String] = []
    for statement in statements("alias") {
      try aliases.append(contentsOf: Self.readAliases(statement.rest))
    }

    func freeText(_ keyword: String) -> [String] {
      statements(keyword).map { statement in
        var rest = statement.rest
        return rest.acceptFreeText()
      }
    }
    func text(_ statement: DescriptorParser.Statement) -> String {
      var rest = statement.rest
      return rest.acceptFreeText()
    }
    result = ActivationDescriptor(
      id: id, name: name, title: title, formulaText: text(formulaLine), formula: formula,
      surrogate: surrogate, surrogateText: surrogateLine.map(text), foreign: foreign,
      isGated: isGated, usesNoise: usesNoise, noiseEval: noiseEval, counts: declarations.counts,
      parameters: declarations.parameters, presets: presets, claims: claims,
      source: freeText("source").joined(separator: "; "), notes: freeText("note"),
      aliases: aliases)
  }

  /// Reads `ID/REV "TITLE"`.
  private static func readHeader(
    _ rest: Cursor
  ) throws(ParseError) -> (id: String, name: String, title: String) {
    var cursor = rest
    let usage = "write: activation ID/1 \"TITLE\""
    cursor.skipSpace()
    let start = cursor.position
    guard let id = try cursor.acceptToken() else {
      throw cursor.error("the activation's id is missing; \(usage)")
    }
    let bytes = Array(id.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")),
      slash + 1 < bytes.count, bytes.count - slash <= 9, bytes[slash + 1] != UInt8(ascii: "0"),
      bytes[(slash + 1)...].allSatisfy({ $0.isDigit })
    else {
      throw cursor.error(at: start, "'\(id)' has no revision; write it as \(id)/1")
    }
    let base = String(decoding: bytes[..<slash], as: UTF8.self)
    try checkID(base, at: start, cursor)
    let nameStart = bytes[..<slash].lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? 0
    let name = String(decoding: bytes[nameStart..<slash], as: UTF8.self)
    guard cursor.accept("\"") else { throw cursor.error("the title is missing; \(usage)") }
    let titleStart = cursor.position
    while !cursor.isAtEnd, cursor.peek() != UInt8(ascii: "\""), cursor.peek() != UInt8(ascii: "\n")
    {
      cursor.position += 1
    }
    let title = cursor.string(from: titleStart)
    guard cursor.peek() == UInt8(ascii: "\"") else {
      throw cursor.error(at: titleStart - 1, "this quotation mark is never closed; \(usage)")
    }
    cursor.position += 1
    if !title.utf8.contains(where: { $0.isLetter }) {
      throw cursor.error(at: titleStart - 1, "the title needs a letter; \(usage)")
    }
    if !cursor.isAtEndOfStatement {
      throw cursor.error("\(cursor.upcoming()) is not expected here; \(usage)")
    }
    return (id, name, title)
  }

  private static func readFormula(
    _ rest: Cursor, _ declarations: inout Declarations
  ) throws(ParseError) -> Expression {
    let expression = try Expression.parse(rest, symbols: declarations.symbols, names: .formula)
    // Indices and sums must work out at the counts that users will meet first.
    for counts in [declarations.defaultCounts, declarations.minimumCounts] {
      do throws(FormulaError) {
        _ = try expression.instantiate(counts: counts, spending: &declarations.budget)
      } catch {
        if declarations.budget.isSpent { throw rest.error(Budget.sentence) }
        var message = error.message
        for (count, value) in zip(declarations.counts, counts) {
          message += " (with \(count.name) = \(value))"
        }
        throw rest.error(message)
      }
    }
    return expression
  }

  /// Reads `u eval NUMBER`.
  private static func readNoise(
    _ rest: Cursor, _ budget: inout Budget
  ) throws(ParseError) -> Double {
    var cursor = rest
    guard cursor.acceptWord("u"), cursor.acceptWord("eval") else {
      throw cursor.error("write: noise u eval 0.5")
    }
    let value = try readConstant(&cursor, &budget)
    if !cursor.isAtEndOfStatement { throw cursor.error("write: noise u eval 0.5") }
    guard value >= 0, value <= 1 else { throw rest.error("the noise lies between 0 and 1") }
    return value
  }

  /// Reads names with spaces between them.
  private static func readAliases(_ rest: Cursor) throws(ParseError) -> [String] {
    var cursor = rest
    var aliases: [String] = []
    while !cursor.isAtEndOfStatement {
      cursor.skipSpace()
      let start = cursor.position
      guard let alias = try cursor.acceptToken() else { break }
      try checkID(alias, at: start, cursor)
      aliases.append(alias)
    }
    if aliases.isEmpty { throw cursor.error("write: alias NAME NAME") }
    return aliases
  }
}
