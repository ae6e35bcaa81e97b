/// The CPU levels that a text can name.
let knownLevels = ["x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"]

extension PluginRecord {
  /// Reads `ID version V license SPDX [isa LEVEL]`.
  init(reading cursor: Cursor) throws(ParseError) {
    var cursor = cursor
    let usage = "write: plugin ID version V license SPDX"
    cursor.skipSpace()
    let start = cursor.position
    guard let id = try cursor.acceptToken() else {
      throw cursor.error("the plugin's id is missing; \(usage)")
    }
    try checkID(id, at: start, cursor)
    guard cursor.acceptWord("version"), let version = try cursor.acceptToken() else {
      throw cursor.error("'version V' is missing; \(usage)")
    }
    guard cursor.acceptWord("license"), let license = try cursor.acceptToken() else {
      throw cursor.error("'license SPDX' is missing; \(usage)")
    }
    var isa = ""
    if cursor.acceptWord("isa") {
      cursor.skipSpace()
      let place = cursor.position
      guard let level = try cursor.acceptToken() else {
        throw cursor.error("'isa' needs a level, such as x86-64-v3")
      }
      guard knownLevels.contains(level) else {
        throw cursor.error(
          at: place,
          "'\(level)' is not a CPU level" + suggestion(for: level, among: knownLevels)
            + "; the levels are \(knownLevels.joined(separator: ", "))")
      }
      isa = level
    }
    if !cursor.isAtEndOfStatement {
      throw cursor.error("\(cursor.upcoming()) is not expected here; \(usage) [isa LEVEL]")
    }
    self.init(id: id, version: version, license: license, isa: isa)
  }
}

/// Ids are made of letters, digits, '-' and '_', in parts joined by points.
func checkID(_ id: String, at position: Int, _ cursor: Cursor) throws(ParseError) {
  var afterPoint = true
  var isGood = id.utf8.count <= 2 * Limits.word
  for byte in id.utf8 {
    if byte == UInt8(ascii: ".") {
      if afterPoint { isGood = false }
      afterPoint = true
    } else {
      if !byte.isWord, byte != UInt8(ascii: "-") { isGood = false }
      afterPoint = false
    }
  }
  guard isGood, !afterPoint else {
    throw cursor.error(
      at: position,
      "'\(id)' is not an id; write letters, digits and '-' joined by points: org.zoo.relu")
  }
}
