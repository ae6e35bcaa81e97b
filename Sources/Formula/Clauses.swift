/// What follows a parameter's initial value: bounds, granularities and flags, in any order.
struct Clauses {
  var lower = -Double.infinity
  var upper = Double.infinity
  var granularities: [Granularity] = []
  var noDecay = false
  var isFixed = false
  var isSupplied = false

  init(reading cursor: inout Cursor, _ budget: inout Budget) throws(ParseError) {
    while !cursor.isAtEndOfStatement {
      if cursor.acceptWord("in") {
        try readBounds(&cursor, &budget)
      } else if cursor.acceptWord("per") {
        if !granularities.isEmpty {
          throw cursor.error("there is a second 'per'; write per layer|channel")
        }
        repeat {
          granularities.append(try Self.readGranularity(&cursor, &budget))
        } while cursor.accept("|")
      } else if cursor.acceptWord("no") {
        guard cursor.acceptWord("decay") else { throw cursor.error("write: no decay") }
        noDecay = true
      } else if cursor.acceptWord("fixed") {
        isFixed = true
      } else if cursor.acceptWord("supplied") {
        isSupplied = true
      } else {
        throw cursor.error(
          "\(cursor.upcoming()) is not expected here; "
            + "expected in LO...HI, per ..., no decay, fixed or supplied")
      }
    }
    if granularities.isEmpty { granularities = [Granularity(bits: 0)] }
  }

  /// `LO...HI`; either end may be left out.
  private mutating func readBounds(
    _ cursor: inout Cursor, _ budget: inout Budget
  ) throws(ParseError) {
    let start = cursor
    if !cursor.accept("...") {
      lower = try readConstant(&cursor, &budget)
      guard cursor.accept("...") else { throw cursor.error("'...' is missing; write: in 0...1") }
    }
    cursor.skipSpace()
    if cursor.peek().isDigit || cursor.peek() == UInt8(ascii: "-")
      || cursor.peek() == UInt8(ascii: "(")
    {
      upper = try readConstant(&cursor, &budget)
    }
    if lower > upper { throw start.error("the bounds are in the wrong order; write: in LO...HI") }
  }

  /// Words that add up: `layer`, `channel`, `group 8`, `sample channel`.
  private static func readGranularity(
    _ cursor: inout Cursor, _ budget: inout Budget
  ) throws(ParseError) -> Granularity {
    var bits: UInt32 = 0
    var groups = 0
    var words = 0
    var samples = 0
    cursor.skipSpace()
    let start = cursor.position
    while true {
      let word: UInt32
      if cursor.acceptWord("layer") {
        word = 0
      } else if cursor.acceptWord("channel") {
        word = Granularity.channel
      } else if cursor.acceptWord("element") {
        word = Granularity.element
      } else if cursor.acceptWord("sample") {
        word = Granularity.sample
      } else if cursor.acceptWord("group") {
        word = Granularity.group
        groups = 1
        cursor.skipSpace()
        if cursor.peek().isDigit { groups = try readInteger(&cursor, &budget) }
      } else {
        break
      }
      bits |= word
      if word == Granularity.sample { samples += 1 } else { words += 1 }
    }
    let names = "layer, channel, group 8, element, sample, or sample with one of the others"
    guard words + samples > 0 else {
      throw cursor.error("\(cursor.upcoming()) is not a granularity; write \(names)")
    }
    // At most one of layer, channel, group and element, and sample once.
    guard words <= 1, samples <= 1 else {
      throw cursor.error(at: start, "these granularities do not go together; write \(names)")
    }
    return Granularity(bits: bits, groups: groups)
  }
}
