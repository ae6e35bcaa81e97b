/// The line structure of a descriptor: its statements and the activations they belong to.
///
/// What the statements of an activation say is read by ActivationParser, when all are known, because
/// they may come in any order.
struct DescriptorParser {
  /// One statement: a keyword and the bytes after it.
  struct Statement {
    let keyword: String
    /// Where the keyword starts.
    let start: Int
    /// The line of `start`, and where that line starts.
    let line: (number: Int, start: Int)
    /// Covers what follows the keyword.
    let rest: Cursor
    let isRequired: Bool
  }

  private var cursor: Cursor
  private var notices: [ParseError] = []
  private var budget = Budget(Limits.readingSteps)
  /// The line of the latest statement: counted once, however many notices ask for it.
  private var line = (number: 1, start: 0)
  private var countedTo = 0

  init(_ bytes: [UInt8]) { cursor = Cursor(bytes, from: 0, to: bytes.count) }

  mutating func parse() throws(ParseError) -> Descriptor {
    try checkBytes()
    try readVersion()
    guard let first = try nextStatement(), first.keyword == "plugin" else {
      throw cursor.error(
        at: firstStatement(), "the second statement must be: plugin ID version V license SPDX")
    }
    let plugin = try PluginRecord(reading: first.rest)
    var activations: [ActivationDescriptor] = []
    var header: Statement?
    var body: [Statement] = []
    var ids: Set<String> = []
    while true {
      let statement = try nextStatement()
      if statement == nil || statement?.keyword == "activation" {
        if let header {
          for statement in body where !ActivationParser.keywords.contains(statement.keyword) {
            try passOver(statement)
          }
          let activation = try ActivationParser(header: header, body: body, budget: &budget).result
          guard ids.insert(activation.id).inserted else {
            throw cursor.error(
              at: header.start, "the id '\(activation.id)' is described twice; rename one")
          }
          activations.append(activation)
          if activations.count > Limits.statements {
            throw cursor.error(at: header.start, "more than \(Limits.statements) activations")
          }
        }
        guard let statement else { break }
        header = statement
        body = []
      } else if let statement {
        if header == nil { try outside(statement) } else { body.append(statement) }
      }
    }
    return Descriptor(
      text: String(decoding: cursor.bytes, as: UTF8.self), plugin: plugin,
      activations: activations, notices: notices)
  }

  /// A statement before the first activation.
  private mutating func outside(_ statement: Statement) throws(ParseError) {
    if statement.keyword == "plugin" {
      throw cursor.error(at: statement.start, "there is a second plugin line; a text has one")
    }
    if ActivationParser.keywords.contains(statement.keyword) {
      throw cursor.error(
        at: statement.start,
        "'\(statement.keyword)' belongs to an activation; begin one with: activation ID/1 \"TITLE\""
      )
    }
    try passOver(statement)
  }

  /// Notes a statement that this version does not know; throws if it is marked required.
  private mutating func passOver(_ statement: Statement) throws(ParseError) {
    var message = "unknown statement '\(statement.keyword)'"
    message += suggestion(
      for: statement.keyword, among: ActivationParser.keywords + ["plugin", "activation"])
    if statement.isRequired {
      throw statement.rest.error(
        at: statement.start, message + "; the text requires it, so a newer version is needed")
    }
    if notices.count >= Limits.statements {
      throw statement.rest.error(
        at: statement.start, "more than \(Limits.statements) statements are unknown here")
    }
    var column = 1
    for i in statement.line.start..<statement.start where cursor.bytes[i] & 0xC0 != 0x80 {
      column += 1
    }
    notices.append(
      ParseError(
        line: statement.line.number, column: column, message: message + "; it was passed over"))
  }

  private func firstStatement() -> Int {
    var start = cursor
    start.position = 0
    while start.position < start.end, start.bytes[start.position] != UInt8(ascii: "\n") {
      start.position += 1
    }
    start.skipSpace()
    return min(start.position, max(start.end - 1, 0))
  }
}

// Bytes and lines.
extension DescriptorParser {
  /// Size, UTF-8 and control characters: after this, cutting out a string cannot fail.
  private func checkBytes() throws(ParseError) {
    let bytes = cursor.bytes
    if bytes.count > Limits.textBytes {
      throw ParseError(
        line: 1, column: 1,
        message: "the text has \(bytes.count) bytes; \(Limits.textBytes) are allowed")
    }
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      if byte < 32, byte != 9, byte != 10, byte != 13 {
        throw cursor.error(at: i, "there is a control character (\(byte)); remove it")
      }
      let length = Self.utf8Length(bytes, at: i)
      if length == 0 { throw cursor.error(at: i, "this is not UTF-8; save the text as UTF-8") }
      i += length
    }
  }

  /// Bytes of the well-formed UTF-8 character at `i`, 0 if there is none (Unicode table 3-7).
  private static func utf8Length(_ bytes: [UInt8], at i: Int) -> Int {
    let first = bytes[i]
    if first < 0x80 { return 1 }
    let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    guard length > 0, i + length <= bytes.count else { return 0 }
    let second = bytes[i + 1]
    let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    guard second >= low, second <= high else { return 0 }
    for j in 2..<max(length, 2) where bytes[i + j] & 0xC0 != 0x80 { return 0 }
    return length
  }

  private mutating func readVersion() throws(ParseError) {
    guard var line = try nextLine(), line.acceptWord("actzoo") else {
      throw ParseError(
        line: 1, column: 1, message: "the first line must be 'actzoo 1'; this is no descriptor")
    }
    line.skipSpace()
    let start = line.position
    guard let version = try line.acceptToken() else {
      throw line.error("the first line must be 'actzoo 1'")
    }
    guard version == "1" else {
      throw line.error(
        at: start, "'\(version)' is not a grammar version that is read here; write: actzoo 1")
    }
    if !line.isAtEndOfStatement { throw line.error("nothing may follow 'actzoo 1'") }
  }

  private mutating func nextStatement() throws(ParseError) -> Statement? {
    guard var line = try nextLine() else { return nil }
    var start = line.position
    guard var keyword = line.acceptName() else {
      throw line.error("a statement starts with a word, not with \(line.upcoming())")
    }
    var isRequired = false
    if keyword == "required" {
      isRequired = true
      line.skipSpace()
      start = line.position
      guard let required = line.acceptName() else {
        throw line.error("'required' stands before the word of a statement")
      }
      keyword = required
    }
    if keyword.utf8.count > Limits.word {
      throw line.error(at: start, "the word is longer than \(Limits.word) characters")
    }
    while countedTo < start {
      countedTo += 1
      if line.bytes[countedTo - 1] == UInt8(ascii: "\n") {
        self.line = (self.line.number + 1, countedTo)
      }
    }
    return Statement(
      keyword: keyword, start: start, line: self.line, rest: line, isRequired: isRequired)
  }

  /// The next statement that is not blank, as a cursor over its bytes.
  ///
  /// It goes on over line ends
  /// while a bracket is open; free text (`source`, `note`) never does.
  private mutating func nextLine() throws(ParseError) -> Cursor? {
    cursor.skipSpace()
    if cursor.isAtEnd { return nil }
    let start = cursor.position
    var ahead = cursor
    let isFree = ahead.acceptWord("source") || ahead.acceptWord("note")
    var open = 0
    var isQuoted = false
    var end = start
    let bytes = cursor.bytes
    while end < cursor.end {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\n") {
        if open == 0 || isFree { break }
        isQuoted = false
      } else if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if !isQuoted {
        if byte == UInt8(ascii: "#") {
          while end + 1 < cursor.end, bytes[end + 1] != UInt8(ascii: "\n") { end += 1 }
        } else if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") {
          open += 1
        } else if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") {
          open = max(open - 1, 0)
        }
      }
      end += 1
    }
    cursor.position = end
    return Cursor(bytes, from: start, to: end)
  }
}

extension Cursor {
  /// True if only spaces and comments are left.
  var isAtEndOfStatement: Bool {
    var ahead = self
    ahead.skipSpace()
    return ahead.isAtEnd
  }

  /// The next run of characters without spaces, such as an id or a version; nil at the end.
  mutating func acceptToken() throws(ParseError) -> String? {
    skipSpace()
    let start = position
    while position < end, !peek().isSpace, peek() != UInt8(ascii: "\n"), peek() != UInt8(ascii: "#")
    {
      position += 1
    }
    if position - start > 4 * Limits.word {
      throw error(at: start, "this is longer than \(4 * Limits.word) characters; shorten it")
    }
    return position == start ? nil : string(from: start)
  }

  /// What is left of the statement without the spaces around it and without a comment.
  mutating func acceptFreeText() -> String {
    skipSpace()
    let start = position
    var isQuoted = false
    var last = position
    while position < end {
      if peek() == UInt8(ascii: "\"") { isQuoted.toggle() }
      if peek() == UInt8(ascii: "#"), !isQuoted { break }
      if !peek().isSpace, peek() != UInt8(ascii: "\n") { last = position + 1 }
      position += 1
    }
    position = end
    return String(decoding: bytes[start..<last], as: UTF8.self)
  }
}
