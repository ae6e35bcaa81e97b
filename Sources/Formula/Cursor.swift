/// A place in a text and the small steps that both parsers are made of.
///
/// Works on bytes: the languages are ASCII, and other characters occur only inside titles and notes,
/// where they are passed through.
struct Cursor {
  let bytes: [UInt8]
  var position: Int
  /// Reading stops here; the end of a statement, not of the text.
  var end: Int

  init(_ bytes: [UInt8], from position: Int, to end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  var isAtEnd: Bool { position >= end }

  /// The byte at `offset` from here, or 0 past the end.
  func peek(_ offset: Int = 0) -> UInt8 {
    position + offset < end ? bytes[position + offset] : 0
  }

  /// Passes over spaces, line ends and comments.
  mutating func skipSpace() {
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "#") {
        while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      } else if byte.isSpace || byte == UInt8(ascii: "\n") {
        position += 1
      } else {
        return
      }
    }
  }

  /// True, and past it, if `text` comes next (after spaces).
  mutating func accept(_ text: StaticString) -> Bool {
    skipSpace()
    let count = text.utf8CodeUnitCount
    guard position + count <= end else { return false }
    for i in 0..<count where bytes[position + i] != text.utf8Start[i] { return false }
    position += count
    return true
  }

  /// True, and past it, if the whole word comes next.
  mutating func acceptWord(_ word: StaticString) -> Bool {
    let start = position
    if accept(word), !peek().isWord { return true }
    position = start
    return false
  }

  /// A name: a letter or `_`, then letters, digits and `_`; nil, and nothing read, if none is next.
  mutating func acceptName() -> String? {
    skipSpace()
    guard peek().isLetter else { return nil }
    let start = position
    while peek().isWord { position += 1 }
    return string(from: start)
  }

  /// What comes next, for messages: a word, a character, or "the end".
  func upcoming() -> String {
    var ahead = self
    ahead.skipSpace()
    if ahead.isAtEnd { return "the end" }
    let start = ahead.position
    while ahead.peek().isWord, ahead.position - start < 32 { ahead.position += 1 }
    if ahead.position == start {
      ahead.position += 1
      while ahead.peek() & 0xC0 == 0x80 { ahead.position += 1 }  // the rest of a UTF-8 character
    }
    return "'\(ahead.string(from: start))'"
  }

  func string(from start: Int) -> String {
    String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// An error at a position of the text; finding line and column costs one pass, once.
  func error(at position: Int, _ message: String) -> ParseError {
    var line = 1
    var lineStart = 0
    let position = min(position, bytes.count)
    for i in 0..<position where bytes[i] == UInt8(ascii: "\n") {
      line += 1
      lineStart = i + 1
    }
    var column = 1
    for i in lineStart..<position where bytes[i] & 0xC0 != 0x80 { column += 1 }
    return ParseError(line: line, column: column, message: message)
  }

  /// An error at the next thing that is not a space.
  func error(_ message: String) -> ParseError {
    var ahead = self
    ahead.skipSpace()
    return error(at: ahead.isAtEnd ? lastUsed() : ahead.position, message)
  }

  /// Just behind the last character of the statement that is not a space, for "missing" messages.
  private func lastUsed() -> Int {
    var last = min(position, bytes.count)
    while last > 0, bytes[last - 1].isSpace || bytes[last - 1] == UInt8(ascii: "\n") { last -= 1 }
    return last
  }
}

extension Cursor {
  /// A number without a sign, digits, `.digits`, `e` and an exponent; nil if none is next.
  mutating func acceptNumber() throws(ParseError) -> Constant? {
    skipSpace()
    guard peek().isDigit else {
      if peek() == UInt8(ascii: "."), peek(1).isDigit {
        throw error("a number needs a digit before the point; write 0.5 for one half")
      }
      return nil
    }
    let start = position
    while peek().isDigit { position += 1 }
    // Three points are a range: `1...64`.
    if peek() == UInt8(ascii: "."), peek(1) != UInt8(ascii: ".") {
      position += 1
      guard peek().isDigit else { throw error(at: position, "write a digit after the point") }
      while peek().isDigit { position += 1 }
    }
    if peek() | 0x20 == UInt8(ascii: "e") {
      let sign = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+") ? 1 : 0
      if peek(1 + sign).isDigit {
        position += 1 + sign
        while peek().isDigit { position += 1 }
      }
    }
    if position - start > Limits.word {
      throw error(
        at: start,
        "the number is too long; \(Limits.word) characters are more than a double can hold")
    }
    guard let constant = Constant(decimal: bytes[start..<position]) else {
      throw error(
        at: start, "the number is outside of what a double can hold (about 1e-323 to 1.8e308)")
    }
    return constant
  }
}

extension UInt8 {
  /// Space, tab or carriage return; not a line end.
  var isSpace: Bool { self == 32 || self == 9 || self == 13 }
  var isDigit: Bool { self >= 48 && self <= 57 }
  var isLetter: Bool { (self | 0x20 >= 97 && self | 0x20 <= 122) || self == 95 }
  var isWord: Bool { isLetter || isDigit }
}

/// "; did you mean 'eps'?" for the name that is nearest to a mistyped one, or "".
func suggestion(for word: String, among names: [String]) -> String {
  let wanted = Array(word.utf8)
  guard wanted.count <= Limits.word else { return "" }
  var best = ""
  // One slip in a short word, two in a longer one; a name of one letter is near to every other.
  var distance = 1 + max(wanted.count <= 4 ? 1 : 2, wanted.count / 4)
  for name in names where name != word {
    let d = editDistance(wanted, Array(name.utf8))
    if d < distance, d < wanted.count { (best, distance) = (name, d) }
  }
  return best.isEmpty ? "" : "; did you mean '\(best)'?"
}

/// Insertions, deletions, replacements and swaps of neighbours.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var before = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [Int](repeating: i + 1, count: b.count + 1)
    for j in 0..<b.count {
      row[j + 1] = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        row[j + 1] = min(row[j + 1], before[j - 1] + 1)
      }
    }
    before = last
    last = row
  }
  return last[b.count]
}
